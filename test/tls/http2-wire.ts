import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { onTestFinished } from 'vitest';
import { TRUSTED } from './certificates.js';

/** Types of frames (RFC 9113 §6). */
export const DATA = 0;
export const HEADERS = 1;
export const RST_STREAM = 3;
const SETTINGS = 4;
export const GOAWAY = 7;

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
  readonly #socket: TLSSocket;
  readonly #frames: Frame[] = [];
  #rest: Buffer = Buffer.alloc(0);
  readonly #waiting: (() => void)[] = [];

  static async open(port: number): Promise<Http2Wire> {
    const socket = connect({
      port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: TRUSTED,
      ALPNProtocols: ['h2'],
    });
    onTestFinished(() => void socket.destroy());
    await once(socket, 'secureConnect');
    return new Http2Wire(socket);
  }

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => this.#read(bytes));
    socket.on('close', () => this.#wake());
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    this.send(SETTINGS, 0, 0, Buffer.alloc(0));
  }

  send(type: number, flags: number, stream: number, payload: Buffer): void {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.length, 0, 3);
    head.writeUInt8(type, 3);
    head.writeUInt8(flags, 4);
    head.writeUInt32BE(stream, 5);
    this.#socket.write(Buffer.concat([head, payload]));
  }

  /** Sends a GET that ends with its head, with these headers besides, in this order and as often as they come. */
  ask(stream: number, path: string, headers: readonly (readonly [string, string])[] = []): void {
    const list = [[':path', path], [':authority', 'localhost'], ...headers] as const;
    const block = list.map(([name, value]) => literal(name, value));
    // `:method: GET` and `:scheme: https` stand in HPACK's table.
    this.send(HEADERS, 0x5, stream, Buffer.concat([Buffer.from([0x82, 0x87]), ...block]));
  }

  /** The next frame of a type, on a stream where one is given; those before it are dropped. */
  async until(type: number, stream?: number): Promise<Frame> {
    for (;;) {
      const index = this.#frames.findIndex(
        (frame) => frame.type === type && (stream === undefined || frame.stream === stream),
      );
      const frame = this.#frames[index];
      if (frame !== undefined) {
        this.#frames.splice(index, 1);
        return frame;
      }
      if (this.#socket.closed) throw new Error(`the connection was closed without a frame of type ${type}`);
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

/** HPACK: a literal header that is not indexed, without Huffman coding (RFC 7541 §6.2.2). */
function literal(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.from([0]), text(name), text(value)]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  if (bytes.length > 126) throw new RangeError('lengths of more than one byte are not needed here');
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}
