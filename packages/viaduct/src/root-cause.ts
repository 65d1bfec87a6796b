/** What an error goes back to: the cause of the cause, as far as those are errors; `{ code: 7 }` says less. */
export function rootCause(error: unknown): unknown {
  let root = error;
  for (const cause of causesOf(error)) {
    if (!(cause instanceof Error)) break;
    root = cause;
  }
  return root;
}

/** The innermost stack there is for an error: where its root was thrown, in the user's code as a rule. */
export function rootStack(error: unknown): string | undefined {
  let innermost: string | undefined;
  for (const cause of causesOf(error)) {
    const { stack } = cause as { readonly stack?: unknown };
    if (typeof stack === 'string') innermost = stack;
  }
  return innermost;
}

/** An error and all that it goes back to, the outermost first; a circle is gone round once. */
function causesOf(error: unknown): Set<unknown> {
  const causes = new Set<unknown>();
  let cause = error;
  while (cause !== undefined && cause !== null && !causes.has(cause)) {
    causes.add(cause);
    ({ cause } = cause as { readonly cause?: unknown });
  }
  return causes;
}
