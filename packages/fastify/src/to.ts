import type { ApplicationLike, ErrorListener } from '@viaduct/core';
import { toError } from '@viaduct/core/internal';
import { type Arrival, createHosting, type Hosting } from '@viaduct/node/internal';
import { routeDepth } from './route-depth.js';
import { sendAnswer } from './send-answer.js';
import type { FastifyHost, FastifyHostHandler, FastifyHostReply } from './shapes.js';

/** What {@link toFastify} takes besides the application. */
export interface ToFastifyOptions {
  /**
   * `false` (default): composing, the host's hooks see status, headers and body, and may change them.
   * `true`: Node's own `req` and `res` are handed over, at full speed; the host's `preSerialization`, `onSend`
   * and error handling do not run.
   */
  readonly native?: boolean;
  /** `true` (default): the application sees the path below the plugin's prefix; `false`: the whole path. */
  readonly strip?: boolean;
  /** Values of the host's for the application's `context.state`, such as the user that it has found. */
  // oxlint-disable-next-line typescript/no-explicit-any -- the request is the user's, decorated in ways that only they know
  readonly state?: (request: any) => object;
  /** Told of every failure that no dispatcher inside listens to. Default: `console.error`. */
  readonly onError?: ErrorListener;
}

/** A Fastify plugin that runs an application. */
export type HostedInFastify = (instance: FastifyHost) => Promise<void>;

/**
 * Makes a Fastify plugin of an application.
 *
 * `fastify.register(toFastify(application))` → every path that no route of the host takes
 * `fastify.register(toFastify(application), { prefix: '/legacy' })` → mounted at `/legacy`, sees the path below
 *
 * Its `start` runs with the host's `ready()`, its `stop` with the host's `close()`. The host's body parsers and
 * `bodyLimit` do not touch its requests. The application answers whatever it is asked, with its own 404 too;
 * what it throws goes to the host's error handler.
 *
 * @throws {ViaductTypeError} `VIADUCT_E_APPLICATION` when it is no application.
 */
export function toFastify(application: ApplicationLike, options: ToFastifyOptions = {}): HostedInFastify {
  const hosting = createHosting(application, 'toFastify', options);
  return async function plugin(instance) {
    instance.removeAllContentTypeParsers();
    instance.addContentTypeParser('*', leaveUnread);
    instance.addHook('onReady', hosting.start);
    instance.addHook('onClose', hosting.stop);
    const depth = routeDepth(instance.prefix);
    const handler = createHandler(hosting, depth, options);
    // Below a prefix, `/*` leaves out the prefix itself.
    for (const url of depth === 0 ? ['/*'] : ['', '/*']) {
      const method = instance.supportedMethods.filter((each) => !isTaken(instance, each, depth));
      instance.route({ method, url, exposeHeadRoute: false, handler });
    }
  };
}

/** Preflights are the host's where it answers them on every path, as `@fastify/cors` does. */
function isTaken(instance: FastifyHost, method: string, depth: number): boolean {
  return depth === 0 && method === 'OPTIONS' && instance.hasRoute({ method, url: '/*' });
}

/** The stream stays as it is, for the application to read; a limit on its size is the application's too. */
function leaveUnread(_request: unknown, payload: unknown, done: (error: null, body: unknown) => void): void {
  done(null, payload);
}

function createHandler(hosting: Hosting, depth: number, options: ToFastifyOptions): FastifyHostHandler {
  const { native = false, state } = options;
  return function handler(request, reply): void {
    const { raw } = request;
    const arrival = hosting.arrive(raw, reply.raw, request.originalUrl, depth);
    if (state !== undefined) Object.assign(arrival.context.state, state(request));
    if (native) handOver(hosting, arrival, reply);
    // Not returned: Fastify would watch the reply to its end.
    else void compose(hosting, arrival, reply);
  };
}

async function compose(hosting: Hosting, arrival: Arrival, reply: FastifyHostReply): Promise<void> {
  try {
    sendAnswer(reply, await hosting.answer(arrival));
  } catch (error) {
    reply.send(toError(error));
  }
}

/** Headers that hooks of the host have set wait on the reply, which sends nothing from here on. */
function handOver(hosting: Hosting, arrival: Arrival, reply: FastifyHostReply): void {
  const headers = reply.getHeaders();
  // Mostly there are none, and to list them would cost more than to find that out.
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  reply.hijack();
  hosting.handOver(arrival);
}
