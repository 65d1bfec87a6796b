import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';

/** Types of frames (RFC 9113 §6). */
export const DATA = 0;
export const HEADERS = 1;
export const PRIORITY = 2;
export const RST_STREAM = 3;
export const SETTINGS = 4;
export const PING = 6;
export const GOAWAY = 7;
export const WINDOW_UPDATE = 8;
export const CONTINUATION = 9;

/** Flags of frames. */
export const END_STREAM = 0x1;
export const END_HEADERS = 0x4;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
  /** Of a GOAWAY. */
  readonly lastStream: number | undefined;
}

/** A client that writes frames itself, for what Node's own refuses to send or does not show. */
export class Http2Wire {
  readonly socket: TLSSocket;
  readonly #frames: Frame[] = [];
  #rest: Buffer = Buffer.alloc(0);
  readonly #waiting: (() => void)[] = [];

  /**
   * @param ca Whom the client believes.
   * @param settings What its first SETTINGS say: identifiers and values (RFC 9113 §6.5.1).
   */
  static async open(port: number, ca: readonly string[], settings: Buffer = NONE): Promise<Http2Wire> {
    const socket = connect({
      port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: [...ca],
      ALPNProtocols: ['h2'],
    });
    await once(socket, 'secureConnect');
    return new Http2Wire(socket, settings);
  }

  private constructor(socket: TLSSocket, settings: Buffer) {
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => this.#read(bytes));
    socket.on('close', () => this.#wake());
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    this.send(SETTINGS, 0, 0, settings);
  }

  send(type: number, flags: number, stream: number, payload: Buffer = NONE): void {
    this.socket.write(frame(type, flags, stream, payload));
  }

  /** Sends a GET that ends with its head, with these headers besides, in this order and as often as they come. */
  ask(stream: number, path: string, headers: readonly (readonly [string, string])[] = []): void {
    this.send(HEADERS, END_STREAM | END_HEADERS, stream, headerBlock('GET', path, headers));
  }

  /** Sends the head of a POST, of which the body is still to come. */
  upload(stream: number, path: string): void {
    this.send(HEADERS, END_HEADERS, stream, headerBlock('POST', path));
  }

  /** Frames of a type that have come and were not taken. */
  count(type: number): number {
    return this.#frames.filter((each) => each.type === type).length;
  }

  /** The next frame of a type, on a stream where one is given; those before it are dropped. */
  async until(type: number, stream?: number): Promise<Frame> {
    for (;;) {
      const index = this.#frames.findIndex(
        (each) => each.type === type && (stream === undefined || each.stream === stream),
      );
      const found = this.#frames[index];
      if (found !== undefined) {
        this.#frames.splice(index, 1);
        return found;
      }
      if (this.socket.closed) throw new Error(`the connection was closed without a frame of type ${type}`);
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  #read(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= 9) {
      const end = 9 + this.#rest.readUIntBE(0, 3);
      if (this.#rest.length < end) break;
      const type = this.#rest.readUInt8(3);
      const payload = this.#rest.subarray(9, end);
      this.#frames.push({
        type,
        flags: this.#rest.readUInt8(4),
        stream: this.#rest.readUInt32BE(5) & 0x7fffffff,
        payload,
        lastStream: type === GOAWAY ? payload.readUInt32BE(0) : undefined,
      });
      this.#rest = this.#rest.subarray(end);
    }
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

const NONE: Buffer = Buffer.alloc(0);

/** One frame as it stands on the wire (RFC 9113 §4.1). */
export function frame(type: number, flags: number, stream: number, payload: Buffer = NONE): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** 32 bits, as windows and codes of errors are written. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** The head of a request, without HPACK's dynamic table. */
export function headerBlock(
  method: 'GET' | 'POST',
  path: string,
  headers: readonly (readonly [string, string])[] = [],
): Buffer {
  const list = [[':path', path], [':authority', 'localhost'], ...headers] as const;
  // `:method` and `:scheme: https` stand in HPACK's static table.
  const first = Buffer.from([method === 'GET' ? 0x82 : 0x83, 0x87]);
  return Buffer.concat([first, ...list.map(([name, value]) => literal(name, value))]);
}

/** HPACK: a literal header that is not indexed, without Huffman coding (RFC 7541 §6.2.2). */
export function literal(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.from([0]), text(name), text(value)]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  if (bytes.length > 126) throw new RangeError('lengths of more than one byte are not needed here');
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}
