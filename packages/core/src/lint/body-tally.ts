import { BODY_CHECKS } from './body-checks.js';
import type { Inspection } from './inspection.js';
import { type ResponseFacts, valueOf } from './response-facts.js';

/** From so many empty chunks on, B4 warns: one or two come of a flush. */
const EMPTY_CHUNKS = 10;

/** Counts the body of one answer as it passes. */
export class BodyTally {
  state: 'open' | 'ended' | 'cancelled' | 'failed' = 'open';
  bytes = 0;
  /** Those that were not empty. */
  chunks = 0;
  readonly #inspection: Inspection;
  readonly #head: ResponseFacts;
  readonly #allowed: number | undefined;
  /** FNV-1a of the bytes, kept where a header describes them: it costs about 1 ns a byte. */
  #checksum: number | undefined;
  #emptyChunks = 0;
  #isToldOfLength = false;

  constructor(inspection: Inspection, head: ResponseFacts) {
    this.#inspection = inspection;
    this.#head = head;
    this.#allowed = allowedLength(inspection.method, head);
    if (DESCRIBING.some((name) => valueOf(head.headers, name) !== undefined)) this.#checksum = 0x811c9dc5;
  }

  add(chunk: Uint8Array): void {
    const { length } = chunk;
    if (length === 0) return this.#addEmpty();
    this.bytes += length;
    this.chunks += 1;
    if (this.#checksum !== undefined) this.#checksum = checksum(this.#checksum, chunk);
    if (this.chunks === 1) this.#checkFirst();
    if (this.#allowed !== undefined && this.bytes > this.#allowed) {
      this.#tellOfLength(`${this.bytes} bytes so far, ${this.#described()}`);
    }
  }

  end(): void {
    if (this.state !== 'open') return;
    this.state = 'ended';
    if (this.#allowed !== undefined && this.bytes < this.#allowed) {
      this.#tellOfLength(`${this.bytes} bytes, ${this.#described()}`);
    }
  }

  /** Whether a body is this one, byte for byte, as far as the checksums tell. */
  isSameAs(other: BodyTally): boolean {
    return this.bytes === other.bytes && this.#checksum === other.#checksum;
  }

  /** The first of these headers that both bodies say the same of; a weak `ETag` may outlive a change. */
  keptBy(other: BodyTally, names: readonly string[]): string | undefined {
    for (const name of names) {
      const value = valueOf(this.#head.headers, name);
      const isKept = value !== undefined && valueOf(other.#head.headers, name) === value;
      if (isKept && !value.startsWith('W/') && value !== 'identity') return `${name}: ${value}`;
    }
    return undefined;
  }

  #addEmpty(): void {
    this.#emptyChunks += 1;
    if (this.#emptyChunks !== EMPTY_CHUNKS) return;
    this.#inspection.tell(BODY_CHECKS.B4, `${EMPTY_CHUNKS} of them so far`);
  }

  #checkFirst(): void {
    const { status, headers } = this.#head;
    const { method } = this.#inspection;
    if (method === 'HEAD') return this.#inspection.tell(BODY_CHECKS.B6, 'got one');
    if (status >= 300 && status < 400) return;
    if (valueOf(headers, 'content-type') !== undefined) return;
    this.#inspection.tell(BODY_CHECKS.S7, `${status} with a body and without content-type`);
  }

  #tellOfLength(detail: string): void {
    if (this.#isToldOfLength) return;
    this.#isToldOfLength = true;
    this.#inspection.tell(BODY_CHECKS.B2, detail);
  }

  #described(): string {
    const { status, headers } = this.#head;
    return EMPTY_STATUSES.has(status)
      ? `and a ${status} has none`
      : `and content-length says ${valueOf(headers, 'content-length')}`;
  }
}

const EMPTY_STATUSES: ReadonlySet<number> = new Set([204, 205, 304]);

const DESCRIBING = ['etag', 'content-md5', 'digest', 'repr-digest', 'content-digest', 'content-encoding'];

/** The length that a body must have; `undefined` where nothing says so. */
function allowedLength(method: string, { status, headers }: ResponseFacts): number | undefined {
  if (method === 'HEAD') return undefined;
  if (EMPTY_STATUSES.has(status)) return 0;
  const length = valueOf(headers, 'content-length');
  return length !== undefined && /^\d+$/.test(length) ? Number(length) : undefined;
}

function checksum(start: number, chunk: Uint8Array): number {
  let sum = start;
  for (const byte of chunk) sum = Math.imul(sum ^ byte, 0x01000193);
  return sum;
}
