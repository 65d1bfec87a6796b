import { type Server as HttpServer } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { type Application, withHooks } from 'viaduct';
import type { Measurement } from './measurement.js';

/** Counts what a gateway promises: each request's end, and that nothing of it stays behind. */
export class Census {
  #started = 0;
  #finished = 0;
  #finishedAgain = 0;
  #unheard = 0;
  #reports = 0;
  readonly #processFaults: string[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #servers: HttpServer[] = [];

  constructor() {
    process.on('uncaughtException', (error) => this.#note('uncaught exception', error));
    process.on('unhandledRejection', (error) => this.#note('unhandled rejection', error));
    process.on('warning', (warning) => this.#note('warning', warning));
  }

  /**
   * Every request from the gateway's door on.
   *
   * @param listensToSignals Whether to ask each request for its signal, which is made for those who ask.
   */
  around(application: Application, listensToSignals: boolean): Application {
    return withHooks(application, {
      onRequest: (_head, context) => {
        this.#started += 1;
        let calls = 0;
        const signal = listensToSignals ? context.signal : undefined;
        context.onFinished(({ kind }) => {
          calls += 1;
          if (kind === 'aborted' && signal?.aborted === false) this.#unheard += 1;
          if (calls === 1) this.#finished += 1;
          else this.#finishedAgain += 1;
        });
      },
    });
  }

  watch(server: HttpServer): void {
    this.#servers.push(server);
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /** An application's failure was told. */
  report(): void {
    this.#reports += 1;
  }

  async measure(): Promise<Measurement> {
    await collectGarbage();
    return {
      heapBytes: process.memoryUsage().heapUsed,
      started: this.#started,
      finished: this.#finished,
      finishedAgain: this.#finishedAgain,
      unheard: this.#unheard,
      reports: this.#reports,
      processFaults: this.#processFaults.slice(0, 20),
      processFaultCount: this.#processFaults.length,
      connections: this.#sockets.size,
      handles: countOf(process.getActiveResourcesInfo()),
      listeners: [process, ...this.#servers].reduce((sum, emitter) => sum + listenersOf(emitter), 0),
      listenersPerSocket: Math.max(0, ...[...this.#sockets].map(listenersOf)),
    };
  }

  #note(kind: string, error: unknown): void {
    this.#processFaults.push(
      `${kind}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }
}

/** Twice, with a turn between: what finalisers and weak references let go of is gone only then. */
async function collectGarbage(): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc?.();
    await turn();
  }
}

function listenersOf(emitter: NodeJS.EventEmitter): number {
  return emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0);
}

/** Timers come and go with the applications; what is open is what is counted. */
function countOf(resources: readonly string[]): number {
  return resources.filter((name) => name !== 'Timeout' && name !== 'Immediate').length;
}
