import { type Application, type ErrorListener, serve } from 'viaduct';
import { Connection } from './connection.js';
import { HOST, type Message, toBytes } from './message.js';
import { valuesOf } from './wire-response.js';

/** An answer, as far as both faces can tell it. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  /** The values of a header, in order; the name in lower case. */
  values(name: string): string[];
}

/** A running application, reached through one of its faces. */
export interface Door {
  /** Everything that was reported to `onError`. */
  readonly errors: unknown[];
  send(message: Message): Promise<Answer>;
  close(): Promise<void>;
}

/** How a request gets to an application: the same case runs on both faces. */
export interface Face {
  readonly name: string;
  open(application: Application): Promise<Door>;
  /** Whether a message reaches the application as it is written: a `Request` normalises its URL. */
  canSend(message: Message): boolean;
}

/** Bytes on a socket, through `serve`. */
export const nodeFace: Face = {
  name: 'Node face',
  canSend: () => true,
  async open(application) {
    const { onError, errors } = collector();
    const server = await serve(application, { port: 0, host: '127.0.0.1', onError });
    return {
      errors,
      close: () => server.close(),
      async send(message) {
        const connection = await Connection.open(server.port);
        await connection.write(toBytes(message));
        const response = await connection.read(message.method);
        connection.reset();
        return {
          status: response.status,
          text: response.body.toString(),
          values: (name) => valuesOf(response, name),
        };
      },
    };
  },
};

/** A `Request` given to `fetch`, with no server between. */
export const webFace: Face = {
  name: 'web face',
  canSend({ target, host = HOST, method = 'GET', body }) {
    const url = `http://${host}${target}`;
    if (method === 'TRACE' || method === 'CONNECT' || (method === 'GET' && body !== undefined)) return false;
    // A server's `Request` never has a fragment.
    if (target.includes('#') || !target.startsWith('/')) return false;
    return URL.canParse(url) && new URL(url).href === url;
  },
  async open(application) {
    const { errors } = collector();
    await application.start?.();
    return {
      errors,
      close: async () => application.stop?.(),
      async send({ method = 'GET', target, host = HOST, headers = [], body = null }) {
        const init = {
          method,
          headers: headers.map(([name, value]): [string, string] => [name, value]),
          body,
        };
        const response = await application.fetch(new Request(`http://${host}${target}`, init as RequestInit));
        return {
          status: response.status,
          text: await response.text(),
          values: (name) => valuesOf({ headers: [...response.headers] }, name),
        };
      },
    };
  },
};

/**
 * Bytes on a socket, converted to a `Request` for the application's web face and back from its `Response`:
 * for a Node app that is two conversions, and nobody shall tell.
 */
export const convertedFace: Face = {
  name: 'converted both ways',
  canSend: (message) => webFace.canSend(message),
  open: (application) => nodeFace.open(withoutNodeFace(application)),
};

function withoutNodeFace(application: Application): Application {
  const { handle: _, upgrade: __, ...rest } = application;
  return rest;
}

export const FACES: readonly Face[] = [nodeFace, webFace, convertedFace];

function collector(): { errors: unknown[]; onError: ErrorListener } {
  const errors: unknown[] = [];
  return { errors, onError: (error) => void errors.push(error) };
}
