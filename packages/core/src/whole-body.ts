import { knownBody } from './known-body.js';
import { takeBody } from './light-response.js';
import { bodyUsed } from './used-body.js';

/**
 * Takes the body of a `Response` that is there as a whole: of a light one, or of a native one that shows it. For
 * everybody else it counts as read, or is locked, from now on, so that the same response sent twice is an error and
 * not an empty answer.
 *
 * @returns `undefined` when there is none, or when it is to be read from its stream.
 * @throws {ViaductError} `VIADUCT_E_BODY_USED` when a body that is shown was read, locked or sent before.
 */
export function takeWholeBody(response: Response): string | Uint8Array | undefined {
  const light = takeBody(response);
  if (light !== undefined) return light;
  const known = knownBody(response);
  if (known === undefined) return undefined;
  if (typeof known !== 'string' && known.byteLength > COPIED_BYTES) return undefined;
  if (!lock(response.body as ReadableStream<Uint8Array>)) return undefined;
  // A clone may be read, and take these bytes away, while they are being sent.
  return typeof known === 'string' ? known : known.slice();
}

/** Longer ones are rather read from their stream, which gives them away: the copy would cost more. */
const COPIED_BYTES = 65_536;

/**
 * @returns Whether it could be: not a stream of another make than the runtime's own.
 * @throws {ViaductError} `VIADUCT_E_BODY_USED`
 */
function lock(body: ReadableStream<Uint8Array>): boolean {
  members ??= membersOf(ReadableStream.prototype as ReadableStream<Uint8Array>);
  const { owner, isDisturbed, isLocked, getReader } = members;
  if (Object.getPrototypeOf(body) !== owner || isDisturbed === undefined) return false;
  if (isDisturbed.call(body) || isLocked.call(body)) throw bodyUsed();
  getReader.call(body);
  return true;
}

/**
 * Members of a stream, taken off its class: on Node 20 every stream has a shape of its own, so that whatever is asked of
 * one by name is searched for anew.
 */
interface StreamMembers {
  readonly owner: unknown;
  /** What `stream.isDisturbed` of Node asks; `undefined` in classes that are not Node's. */
  readonly isDisturbed: Getter | undefined;
  readonly isLocked: Getter;
  readonly getReader: (this: ReadableStream<Uint8Array>) => unknown;
}

type Getter = (this: ReadableStream<Uint8Array>) => boolean;

/** Of the class that was there with the first such body: another that takes its place has other streams. */
let members: StreamMembers | undefined;

function membersOf(owner: ReadableStream<Uint8Array>): StreamMembers {
  const getter = (key: PropertyKey): Getter | undefined =>
    Object.getOwnPropertyDescriptor(owner, key)?.get as Getter | undefined;
  return {
    owner,
    isDisturbed: getter(Symbol.for('nodejs.stream.disturbed')),
    isLocked: getter('locked') as Getter,
    getReader: owner.getReader as StreamMembers['getReader'],
  };
}
