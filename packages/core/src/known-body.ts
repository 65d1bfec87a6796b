import { takeBody } from './light-response.js';
import { bodyUsed } from './used-body.js';

/**
 * The bytes or text that a `Response` was made of, where the runtime shows them (Node 20 and 22 keep a
 * body's source under a symbol); `undefined` when there is nothing but its stream.
 *
 * Reading a short answer through its stream costs 10 µs on Node 20, as much as the rest of the request.
 */
export function knownBody(response: Response): string | Uint8Array | undefined {
  if (inside === null) return undefined;
  inside ??= lookInside();
  if (inside === null) return undefined;
  const { body } =
    (response as unknown as { [key: symbol]: { body?: NativeBody | null } | undefined })[inside.stateKey] ??
    {};
  const source = body?.source;
  if (typeof source === 'string') return source;
  // A clone that was read has taken the bytes out of it: they come by the stream.
  return source instanceof Uint8Array && source.byteLength === body?.length ? source : undefined;
}

/** What the runtime keeps of a body beside its stream. */
interface NativeBody {
  readonly source?: unknown;
  readonly length?: unknown;
}

/**
 * Takes the body of a light `Response`, or one that {@link knownBody} shows: for everybody else it counts as read, or
 * is locked, from now on, so that the same response sent twice is an error and not an empty answer.
 *
 * @returns `undefined` when there is nothing but its stream, or no body, and for long bytes.
 * @throws {ViaductError} `VIADUCT_E_BODY_USED` when the body was read, locked or sent before.
 */
export function takeWholeBody(response: Response): string | Uint8Array | undefined {
  const light = takeBody(response);
  if (light !== undefined) return light;
  const known = knownBody(response);
  if (known === undefined) return undefined;
  if (typeof known !== 'string' && known.byteLength > COPIED_BYTES) return undefined;
  lock(response);
  // A clone may be read, and take these bytes away, while they are being sent.
  return typeof known === 'string' ? known : known.slice();
}

/** Longer ones are rather read from their stream, which gives them away: the copy would cost more. */
const COPIED_BYTES = 65_536;

function lock(response: Response): void {
  const stream = response.body as ReadableStream<Uint8Array>;
  const { isDisturbed, isLocked, getReader } = inside as Inside;
  const isUsed = isDisturbed === undefined ? response.bodyUsed : isDisturbed.call(stream);
  if (isUsed || isLocked.call(stream)) throw bodyUsed();
  getReader.call(stream);
}

/**
 * How this runtime's responses are looked into.
 *
 * The members of a stream are taken off its class: on Node 20 every stream has a shape of its own, so that whatever
 * is asked of one by name is searched for anew.
 */
interface Inside {
  readonly stateKey: symbol;
  /** What `stream.isDisturbed` of Node asks. */
  readonly isDisturbed: Getter | undefined;
  readonly isLocked: Getter;
  readonly getReader: (this: ReadableStream<Uint8Array>) => unknown;
}

type Getter = (this: ReadableStream<Uint8Array>) => boolean;

/** `null`: this runtime's state is private. */
let inside: Inside | null | undefined;

/** Into a native one: responses of other making, our light ones among them, have no symbols of their own. */
function lookInside(): Inside | null {
  const response = new Response('');
  const stateKey = Object.getOwnPropertySymbols(response).find((key) => key.description === 'state');
  if (stateKey === undefined) return null;
  // Not of the global class, which may have been replaced.
  const members = Object.getPrototypeOf(response.body) as ReadableStream<Uint8Array>;
  const getter = (key: PropertyKey): Getter | undefined =>
    Object.getOwnPropertyDescriptor(members, key)?.get as Getter | undefined;
  return {
    stateKey,
    isDisturbed: getter(Symbol.for('nodejs.stream.disturbed')),
    isLocked: getter('locked') as Getter,
    getReader: members.getReader as Inside['getReader'],
  };
}
