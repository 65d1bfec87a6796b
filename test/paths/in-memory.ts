import { IncomingMessage, ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { RequestListener } from 'viaduct';

/**
 * Asks a request listener for a target on Node's own objects, without a network and without the parser:
 * some ten times as many requests a second as on sockets.
 *
 * @param target Only what Node's parser lets pass is a fair question.
 * @returns The status, when the answer has ended.
 */
export function askInMemory(listener: RequestListener, target: string): Promise<number> {
  return new Promise((resolve) => {
    const socket = new DeafSocket() as unknown as Socket;
    const request = new IncomingMessage(socket);
    request.method = 'GET';
    request.url = target;
    request.httpVersion = '1.1';
    request.httpVersionMajor = 1;
    request.httpVersionMinor = 1;
    request.rawHeaders.push('Host', 'paths.test');
    request.headers.host = 'paths.test';
    request.complete = true;
    request.push(null);
    const response = new ServerResponse(request);
    response.assignSocket(socket);
    response.on('finish', () => resolve(response.statusCode));
    response.on('close', () => resolve(response.statusCode));
    listener(request, response);
  });
}

/** Takes whatever is written, and tells nobody. */
class DeafSocket extends Duplex {
  readonly remoteAddress = '127.0.0.1';
  readonly encrypted = false;

  override _read(): void {}

  override _write(_chunk: Buffer, _encoding: BufferEncoding, written: () => void): void {
    written();
  }

  setTimeout(): this {
    return this;
  }
}
