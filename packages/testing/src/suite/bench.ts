import assert from 'node:assert/strict';
import {
  type Application,
  type ApplicationLike,
  lint,
  type LintOptions,
  toApplication,
  type Violation,
} from '@viaduct/core';
import { request, type RequestOptions, type Sent } from '../request.js';
import type { Behaviour } from './behaviour.js';

/** `http2` is the Node face again, behind a server for HTTP/2. */
export type Face = 'web' | 'node' | 'http2';

/** Makes an application of the framework under test that does what it is told for every path and method. */
export type ApplicationFactory = (behaviour: Behaviour) => ApplicationLike | Promise<ApplicationLike>;

/** One case on one face: what it makes is linted, started and stopped, and asked on that face. */
export class Bench {
  readonly face: Face;
  readonly #factory: ApplicationFactory;
  readonly #violations: Violation[] = [];
  readonly #started: Application[] = [];

  constructor(factory: ApplicationFactory, face: Face) {
    this.#factory = factory;
    this.face = face;
  }

  /** An application that is started and wrapped in `lint`. */
  async application(behaviour: Behaviour): Promise<Application> {
    const application = this.strict(toApplication(await this.#factory(behaviour), 'describeApplication'));
    await application.start?.();
    this.#started.push(application);
    return application;
  }

  /** Wraps what a case has built around applications. */
  strict(application: ApplicationLike): Application {
    const options: LintOptions = {
      mode: 'throw',
      onViolation: (violation) => this.#violations.push(violation),
    };
    return lint(application, options);
  }

  send(application: ApplicationLike, target: string, options: RequestOptions = {}): Promise<Sent> {
    return request(this.strict(application), target, { face: this.face, ...options });
  }

  /** Stops what was started, and fails when the contract was broken on the way. */
  async close(): Promise<void> {
    for (const application of this.#started) await application.stop?.();
    const broken = this.#violations.filter(({ severity }) => severity === 'error');
    assert.deepEqual(
      broken.map(({ message }) => message),
      [],
      'lint found nothing',
    );
  }
}

/** What two faces must agree on. */
export interface Snapshot {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
}

/** Reads a response to its end, and leaves out what belongs to the connection or to the moment. */
export async function snapshot(response: Response): Promise<Snapshot> {
  const headers = [...response.headers]
    .filter(([name]) => !OF_THE_CONNECTION.has(name))
    .map(([name, value]) => `${name}: ${value}`)
    .toSorted();
  const body = Buffer.from(await response.arrayBuffer()).toString('latin1');
  return { status: response.status, headers, body };
}

const OF_THE_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'date',
  // A body in one piece gets one on the Node face, where Node itself adds it.
  'content-length',
]);
