import { createServer, type Server, type ServerOptions } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { ViaductTypeError } from '@viaduct/core';
import { type Http2Options, Http2Sessions } from './http2-sessions.js';
import { guardCallbacks } from './tls-callbacks.js';
import { checkTlsOptions, type TlsOptions } from './tls-options.js';

/** How a server speaks to its clients: what {@link createHttpServer} reads of the options of `serve`. */
export interface ProtocolOptions {
  /** Serves over TLS: `{ key, cert }`, the contents of two PEM files. Default: no TLS. */
  readonly tls?: TlsOptions;
  /**
   * `true`: clients may choose HTTP/2 in the TLS handshake, HTTP/1.1 stays for all others; an object sets what
   * Node's sessions take. Needs `tls`, as browsers do. Default: HTTP/1.1 alone.
   */
  readonly http2?: boolean | Http2Options;
}

/** @throws {ViaductTypeError} `VIADUCT_E_OPTION`, saying what is wrong and what to write instead. */
export function checkProtocolOptions({ tls, http2 = false }: ProtocolOptions, place: string): void {
  const isObject = typeof http2 === 'object' && http2 !== null;
  if (typeof http2 !== 'boolean' && !isObject)
    throw wrongHttp2(place, `is ${String(http2)}. Write true, or an object of settings`);
  if (http2 !== false && tls === undefined) {
    throw wrongHttp2(
      place,
      'needs tls: { key, cert }, since browsers speak HTTP/2 over TLS alone. Behind a proxy that ends TLS, leave http2 out: let it speak HTTP/1.1 to this server',
    );
  }
  if (isObject) checkSettings(http2, place);
  if (tls !== undefined) checkTlsOptions(tls, place);
}

/** Node reads the settings when the first client comes, and what it throws then ends the process. */
function checkSettings({ settings }: Http2Options, place: string): void {
  try {
    if (settings !== undefined) process.getBuiltinModule('node:http2').getPackedSettings(settings);
  } catch (error) {
    throw wrongHttp2(place, `has settings that Node refuses: ${(error as Error).message}`);
  }
}

function wrongHttp2(place: string, fault: string): ViaductTypeError {
  return new ViaductTypeError('VIADUCT_E_OPTION', `${place}: http2 ${fault}.`);
}

/** Node's server, and beside it the HTTP/2 connections that it has accepted. */
export interface HttpServer {
  readonly httpServer: Server;
  /** `undefined` where HTTP/2 is not spoken. */
  readonly sessions: Http2Sessions | undefined;
}

/** Of what a client must prove within it, Node's 120 s are too many for one that proves nothing. */
const HANDSHAKE_TIMEOUT_MS = 10_000;

/**
 * Makes the Node server that speaks what the options ask for.
 *
 * HTTP/1.1 is always served by Node's own HTTP server, with or without TLS, so that all that is done with
 * that server holds for both. A client that has chosen `h2` in the TLS handshake is handed on to
 * {@link Http2Sessions}, whose requests come back as events of the same server.
 *
 * @param settings For HTTP/1.1, with and without TLS.
 * @param report Told of what the user's TLS callbacks throw.
 */
export function createHttpServer(
  { tls, http2 = false }: ProtocolOptions,
  settings: ServerOptions,
  report: (error: unknown) => void,
): HttpServer {
  if (tls === undefined) return { httpServer: createServer(settings), sessions: undefined };
  // Loaded by those who speak TLS alone: with what stands behind it, half a megabyte.
  const httpServer = process.getBuiltinModule('node:https').createServer({
    ...settings,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    ...guardCallbacks(tls, report),
    ALPNProtocols: http2 === false ? ['http/1.1'] : ['h2', 'http/1.1'],
  });
  if (http2 === false) return { httpServer, sessions: undefined };

  const sessions = new Http2Sessions(httpServer, http2 === true ? {} : http2, {
    idleTimeoutMs: settings.keepAliveTimeout ?? 0,
    requestTimeoutMs: settings.requestTimeout ?? 0,
  });
  const serveHttp1 = httpServer.listeners('secureConnection');
  httpServer.removeAllListeners('secureConnection');
  httpServer.on('secureConnection', (socket: TLSSocket) => {
    if (socket.alpnProtocol === 'h2') sessions.accept(socket);
    else for (const listener of serveHttp1) Reflect.apply(listener, httpServer, [socket]);
  });
  return { httpServer, sessions };
}
