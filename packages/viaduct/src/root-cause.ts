/** What an error goes back to: the cause of the cause, as far as causes are known. */
export function rootCause(error: unknown): unknown {
  const seen = new Set<unknown>();
  let root = error;
  for (;;) {
    const { cause } = (root ?? {}) as { readonly cause?: unknown };
    if (cause === undefined || seen.has(cause)) return root;
    seen.add(root);
    root = cause;
  }
}

/** The stack to show for an error: where its root was thrown, in the user's code as a rule. */
export function rootStack(error: unknown): string | undefined {
  const { stack } = (rootCause(error) ?? {}) as { readonly stack?: unknown };
  return typeof stack === 'string' ? stack : undefined;
}
