import type { ServerResponse } from 'node:http';
import { type Application, type ApplicationLike, type ErrorListener, toApplication } from '@viaduct/core';
import {
  type Boot,
  checkResponse,
  type Context,
  Gateway,
  Lifecycle,
  MountPoint,
  POINT,
  type RecordedRequest,
  runOnNode,
  TARGET,
  targetBelow,
  toError,
  toRequest,
} from '@viaduct/core/internal';
import { CLIENT_CLOSED_REQUEST, isClientGone } from '../emulated/client-gone.js';
import { adoptHttp2 } from '../http2-response.js';
import { type Answer, toAnswer } from './answer.js';
import { arrive, type Arrival, type Mounting } from './arrival.js';
import { keepHostHeaders } from './kept-headers.js';
import { type NodeApplication, runOnOwnPair } from './own-pair.js';
import { refuseReadBody } from './refusal.js';
import { accompany, cutOff } from './streamed-answer.js';

export interface HostingOptions {
  /** `true` (default): the application sees the path below where it is mounted; `false`: the whole path. */
  readonly strip?: boolean;
  /** Told of every failure that no dispatcher inside listens to. Default: `console.error`. */
  readonly onError?: ErrorListener;
}

/** An application that runs inside a foreign framework, its host. */
export interface Hosting {
  /**
   * Finds out where in its host a request has arrived, and lets it in when the host is not inside Viaduct itself.
   *
   * @param wire The target as the host's server got it.
   * @param depth How many segments of `request.url` lead to the application.
   * @throws {ViaductError} `VIADUCT_E_REFUSED`, with the status that it should be answered with;
   * `VIADUCT_E_BODY_READ` when the host has read the body.
   */
  arrive(request: RecordedRequest, response: ServerResponse, wire: string, depth: number): Arrival;
  /**
   * Composing: runs the application, and gives its answer to the host to send.
   *
   * A client that has left is no failure: the host gets status 499, which nobody will see.
   *
   * @throws {Error} What the application threw, made an `Error` when it was none.
   */
  answer(arrival: Arrival): Promise<Answer>;
  /**
   * Hands the very `req` and `res` over, until the response has ended: then `request.url` is the host's again. Never throws.
   *
   * @param onEnd Called when the response has ended, also where it has been cut; perhaps more than once.
   */
  handOver(arrival: Arrival, onEnd?: () => void): void;
  /** Whether `start` is done: then it need not be called, and waited for, again. */
  readonly isRunning: boolean;
  /** Starts the application, once however often it is called; a start that failed is tried again. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** @param place The function that was called, to begin messages with: `toKoa`. */
export function createHosting(source: ApplicationLike, place: string, options: HostingOptions = {}): Hosting {
  const application = toApplication(source, place);
  const { strip = true, onError } = options;
  const gateway = new Gateway({ onError });
  const mount = {
    key: place,
    path: '',
    application,
    strip,
    rewriteLocation: false,
    onError,
    status: 'running' as const,
  };
  const mounting: Mounting = { root: new MountPoint(gateway), mount };
  const name = application.name === undefined ? 'the application' : `application "${application.name}"`;
  const lifecycle = new Lifecycle([{ application, place: `${place}: ${name}` }], { timeoutMs: Infinity });
  const boot: Boot = { mounts: [], report: (error, info) => gateway.report(error, info) };

  async function answer(arrival: Arrival): Promise<Answer> {
    const { request, context, response } = arrival;
    try {
      const given = await (hasNodeFace(application)
        ? runOnOwnPair(application, arrival)
        : application.fetch(toRequest(request, context), context));
      const taking = toAnswer(checkResponse(given, application), request.method, (error) => {
        noteFailure(context, error);
        // The host hears of it first, in the next tick; one that pipes the body through another may not pass it on.
        setImmediate(cutOff, response);
      });
      const taken = taking instanceof Promise ? await taking : taking;
      accompany(taken, response);
      return taken;
    } catch (error) {
      if (isClientGone(error) && response.destroyed) return UNSEEN;
      noteFailure(context, error);
      // Frameworks take a thrown `undefined` for no error at all.
      throw toError(error);
    }
  }

  function handOver({ request, point: below, response }: Arrival, onEnd = ignore): void {
    const { url, [POINT]: point } = request;
    const restore = (): void => {
      request.url = url;
      if (point !== undefined) request[POINT] = point;
    };
    // A response closes on every way out: after its last byte, and when the connection is lost.
    const leave = (): void => {
      restore();
      onEnd();
    };
    const enter = (): void => {
      request.url = targetBelow(request[TARGET] ?? '/', below.basePath);
      request[POINT] = below;
    };
    // The host's own listeners, which are there by now, see the URL that the client asked for (fastify#2620);
    // the application's, which are added after this, see the one they were given. Both events come once.
    response.prependListener('finish', restore);
    response.on('finish', enter);
    response.on('close', leave);
    enter();
    keepHostHeaders(response);
    void runOnNode(application, request, response);
    if (hasEnded(response)) leave();
  }

  return {
    arrive(request, response, wire, depth) {
      if (request.httpVersionMajor >= 2) adoptHttp2(request, response);
      refuseReadBody(request, place);
      return arrive(mounting, request, response, wire, depth);
    },
    answer,
    handOver,
    get isRunning() {
      return lifecycle.isRunning;
    },
    start: () => lifecycle.start(boot),
    stop: () => lifecycle.stop(() => gateway.settled()),
  };
}

function hasNodeFace(application: Application): application is NodeApplication {
  return application.handle !== undefined;
}

function noteFailure(context: Context, error: unknown): void {
  context.exchange.failure ??= { error };
}

/** In the place of an answer that nobody waits for any more. */
const UNSEEN: Answer = {
  status: CLIENT_CLOSED_REQUEST,
  reason: '',
  headers: [],
  body: undefined,
  isSlow: false,
};

function hasEnded(response: ServerResponse): boolean {
  return response.writableFinished || response.destroyed;
}

function ignore(): void {}
