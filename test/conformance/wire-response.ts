/** One response as it stood on the wire. */
export interface WireResponse {
  readonly statusLine: string;
  readonly status: number;
  readonly reason: string;
  /** Names and values in order, in their own spelling. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** Where a reader takes its bytes from: each call waits until they are there, and throws when they never come. */
export interface ByteSource {
  take(length: number): Promise<Buffer>;
  /** Up to and without `end`, which is dropped. */
  takeUntil(end: string): Promise<Buffer>;
  takeRest(): Promise<Buffer>;
}

/**
 * Reads one response by the letter of RFC 9112, and refuses what a lenient client would let pass: a bare
 * line feed, a malformed header, `Content-Length` beside `Transfer-Encoding`, a chunk that is not ended.
 *
 * @param method Method of the request: the answer to HEAD has no body, whatever its head says.
 */
export async function readResponse(source: ByteSource, method: string): Promise<WireResponse> {
  const lines = (await source.takeUntil('\r\n\r\n')).toString('latin1').split('\r\n');
  const statusLine = lines[0] ?? '';
  const match = /^HTTP\/1\.[01] (\d{3}) ([^\r\n]*)$/.exec(statusLine);
  if (match === null) throw new Error(`malformed status line: ${JSON.stringify(statusLine)}`);
  const headers = lines.slice(1).map(parseHeader);
  const head = { statusLine, status: Number(match[1]), reason: match[2] ?? '', headers };
  return { ...head, body: await readBody(source, head, method) };
}

/** The values of a header, in order; the name in any case. */
export function valuesOf({ headers }: Pick<WireResponse, 'headers'>, name: string): string[] {
  return headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
}

function parseHeader(line: string): readonly [string, string] {
  const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\0]*?)[ \t]*$/.exec(line);
  if (match === null) throw new Error(`malformed header: ${JSON.stringify(line)}`);
  return [match[1] ?? '', match[2] ?? ''];
}

async function readBody(
  source: ByteSource,
  head: Omit<WireResponse, 'body'>,
  method: string,
): Promise<Buffer> {
  const lengths = valuesOf(head, 'content-length');
  const codings = valuesOf(head, 'transfer-encoding');
  if (lengths.length + codings.length > 1) throw new Error('more than one framing of the body');
  const { status } = head;
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return Buffer.alloc(0);
  if (codings.length > 0) {
    if (codings[0] !== 'chunked') throw new Error(`unknown transfer coding: ${codings[0]}`);
    return readChunks(source);
  }
  if (lengths[0] === undefined) return source.takeRest();
  if (!/^\d+$/.test(lengths[0])) throw new Error(`malformed Content-Length: ${lengths[0]}`);
  return source.take(Number(lengths[0]));
}

async function readChunks(source: ByteSource): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (;;) {
    const size = (await source.takeUntil('\r\n')).toString('latin1');
    if (!/^[0-9a-f]+$/i.test(size)) throw new Error(`malformed chunk size: ${JSON.stringify(size)}`);
    const length = Number.parseInt(size, 16);
    if (length > 0) chunks.push(await source.take(length));
    const end = (await source.takeUntil('\r\n')).toString('latin1');
    // No application of these cases sends trailers, so that nothing may stand between last chunk and end.
    if (end !== '') throw new Error(`a chunk is not ended, but followed by ${JSON.stringify(end)}`);
    if (length === 0) return Buffer.concat(chunks);
  }
}
