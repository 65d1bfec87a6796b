import { setTimeout as delay } from 'node:timers/promises';
import type { ApplicationLike } from '@viaduct/core';
import { serve, type ServeOptions, type Server } from '@viaduct/node';
import { withFirstAnswer } from '@viaduct/node/internal';
import { createProbes } from './probes.js';
import { type UnderWay, underWayOn } from './under-way.js';

/** How long an application may take to stop once the time for its requests is up. */
const STOP_GRACE_MS = 1_000;

export interface ServiceSettings {
  readonly readinessPath: string | undefined;
  readonly livenessPath: string | undefined;
}

/** An application that is being served by this process. */
export class Service {
  readonly #server: Server;
  readonly #readiness: { isReady: boolean };

  private constructor(server: Server, readiness: { isReady: boolean }) {
    this.#server = server;
    this.#readiness = readiness;
  }

  /** Starts the application, and takes connections. */
  static async start(
    application: ApplicationLike,
    settings: ServiceSettings,
    options: ServeOptions,
  ): Promise<Service> {
    const readiness = { isReady: true };
    const probes = createProbes({ ...settings, isReady: () => readiness.isReady });
    return new Service(await serve(application, withFirstAnswer(options, probes)), readiness);
  }

  get url(): string {
    return this.#server.url;
  }

  get underWay(): UnderWay {
    return underWayOn(this.#server.httpServer);
  }

  /** @param listener Called at the begin of every request. */
  onRequest(listener: () => void): void {
    this.#server.httpServer.on('request', listener);
  }

  turnUnready(): void {
    this.#readiness.isReady = false;
  }

  /**
   * Brings it to rest: no new connections, requests under way are answered until the time is up, the application stops.
   *
   * @returns How many requests were cut.
   */
  async drain(timeoutMs: number): Promise<number> {
    // A stop() that fails has been reported by the server; one that never ends is not waited for.
    const closed = this.#server.close({ timeoutMs }).catch((error: unknown) => console.error(error));
    await Promise.race([closed, delay(timeoutMs + STOP_GRACE_MS)]);
    // Without a report not even the requests have come to their end.
    return this.#server.closeReport?.cutRequests ?? this.underWay.requests;
  }

  /** What is under way gets no answer any more: for a drain that takes too long. */
  cut(): void {
    void this.#server.close({ timeoutMs: 0 }).catch(() => undefined);
  }
}
