import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import {
  type Encoding,
  OUT_HEADERS,
  type OutgoingData,
  type ResponseInternals,
  type WriteCallback,
} from './internals.js';
import { HeaderList } from './header-list.js';
import type { EmulatedSocket } from './socket.js';

/** Takes what a response would have put on the wire. */
export interface ResponseSink {
  /** The head is fixed; it has not gone out yet. */
  headStored(headers: HeaderList): void;
  /**
   * The head, if it has not gone out, and these bytes of the body.
   *
   * @returns Whether the producer may go on.
   */
  write(data: OutgoingData, encoding: Encoding, callback: WriteCallback): boolean;
  finished(): void;
}

/** Takes options, as Node's own server gives them: the type declarations leave them out. */
const OptionedResponse = ServerResponse as unknown as new (
  request: IncomingMessage,
  options: { readonly highWaterMark: number },
) => ServerResponse;

const SINK: unique symbol = Symbol('viaduct.responseSink');

/** A response that sends to the sink. */
export type EmulatedResponse = ServerResponse & ResponseInternals & { [SINK]: ResponseSink };

/**
 * Makes Node's own `ServerResponse`, on a socket of its own, that sends head and body to the sink.
 *
 * What differs from a response on a real socket is an own property, since frameworks replace the
 * prototype, and patch or call the methods of `ServerResponse.prototype` directly.
 */
export function createResponse(
  request: IncomingMessage,
  socket: EmulatedSocket,
  sink: ResponseSink,
  options: { readonly highWaterMark: number },
): EmulatedResponse {
  const response = new OptionedResponse(request, options) as EmulatedResponse;
  response[SINK] = sink;
  response._storeHeader = storeHeader;
  response._send = send;
  // Node 24 asks this first when it validates a header; without it, it walks request, socket and server.
  (response as { httpValidation?: string }).httpValidation = 'strict';
  socket._httpMessage = response;
  (response as { socket: Socket | null }).socket = socket as unknown as Socket;
  response.on('finish', onFinish);
  return response;
}

function onFinish(this: EmulatedResponse): void {
  this[SINK].finished();
}

/** Stands where Node renders the head as text: keeps it as a list, which needs no parsing. */
function storeHeader(this: EmulatedResponse, firstLine: string, given: unknown): void {
  const headers = new HeaderList(this.statusCode, this.statusMessage);
  const progressive = this[OUT_HEADERS];
  if (progressive !== null && given === progressive) headers.addMap(progressive);
  else if (Array.isArray(given)) headers.addArray(given);
  else if (given !== null && given !== undefined) headers.addObject(given);
  headers.finish(this);
  this._header = firstLine;
  this._headerSent = false;
  this[SINK].headStored(headers);
}

/** Stands where Node hands head and body to the socket. */
function send(
  this: EmulatedResponse,
  data: OutgoingData,
  encoding?: Encoding,
  callback?: WriteCallback,
  byteLength?: number,
): boolean {
  const { socket } = this;
  // After the end, and on a lost connection, Node knows best whom to tell.
  if (socket === null || socket.destroyed) return this._writeRaw(data, encoding, callback, byteLength);
  this._headerSent = true;
  return this[SINK].write(data, encoding, callback);
}
