/**
 * The bytes or text that a `Response` was made of, where the runtime shows them (Node 20 and 22 keep a
 * body's source under a symbol); `undefined` when there is nothing but its stream.
 *
 * Reading a short answer through its stream costs 10 µs on Node 20, as much as the rest of the request.
 */
export function knownBody(response: Response): string | Uint8Array | undefined {
  if (stateKey === null) return undefined;
  stateKey ??= findStateKey();
  if (stateKey === null) return undefined;
  const { body } = response;
  // Of a light one without a body, the state would have to be made.
  if (body === null) return undefined;
  const shown = (response as unknown as { [key: symbol]: NativeState | undefined })[stateKey]?.body;
  // A subclass or a proxy may have another body than what it was made of.
  if (!shown || shown.stream !== body) return undefined;
  const { source } = shown;
  if (typeof source === 'string') return source;
  // A clone that was read has taken the bytes out of it: they come by the stream.
  return source instanceof Uint8Array && source.byteLength === shown.length ? source : undefined;
}

/** What the runtime keeps of a response. */
interface NativeState {
  readonly body?: { readonly stream?: unknown; readonly source?: unknown; readonly length?: unknown } | null;
}

/** `null`: this runtime's state is private. */
let stateKey: symbol | null | undefined;

/** Of a native one: responses of other making, our light ones among them, have no symbols of their own. */
function findStateKey(): symbol | null {
  const keys = Object.getOwnPropertySymbols(new Response());
  return keys.find((key) => key.description === 'state') ?? null;
}
