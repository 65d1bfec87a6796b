import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Measurement } from '../gateway/measurement.js';

export interface GatewayOptions {
  /** Options of `serve`, in the place of the defaults. */
  readonly limits?: Readonly<Record<string, number>>;
  /** Whether each request is asked for its signal: with a million of them, that is another load. */
  readonly listensToSignals?: boolean;
}

/** A running gateway, as seen from the process that sends it its requests. */
export class GatewayHandle {
  readonly port: number;
  /** Over TLS, with HTTP/2 and HTTP/1.1. */
  readonly securePort: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, [port = 0, securePort = 0]: readonly number[]) {
    this.#child = child;
    this.port = port;
    this.securePort = securePort;
  }

  static async open(options: GatewayOptions = {}): Promise<GatewayHandle> {
    const child = fork(new URL('../gateway/process.js', import.meta.url), [JSON.stringify(options)], {
      execArgv: ['--expose-gc'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const { ports } = (await messageOf(child)) as { ports: readonly number[] };
    return new GatewayHandle(child, ports);
  }

  /** Whether the process still runs: nothing that a client or an application does may end it. */
  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async measure(): Promise<Measurement> {
    const answer = messageOf(this.#child);
    if (this.isAlive) this.#child.send('measure');
    return (await answer) as Measurement;
  }

  /** @returns The exit code. */
  async stop(): Promise<number | null> {
    if (!this.isAlive) return this.#child.exitCode;
    const exit = once(this.#child, 'exit') as Promise<[number | null]>;
    this.#child.send('stop');
    return (await exit)[0];
  }
}

async function messageOf(child: ChildProcess): Promise<unknown> {
  const leaving = new AbortController();
  const { signal } = leaving;
  const exit = once(child, 'exit', { signal }).then(([code, name]) => {
    throw new Error(`the gateway has died: ${code ?? name}`);
  });
  // Aborted when the message has come.
  exit.catch(() => undefined);
  try {
    if (child.exitCode !== null) throw new Error(`the gateway has died: ${child.exitCode}`);
    const [message] = (await Promise.race([once(child, 'message', { signal }), exit])) as [unknown];
    return message;
  } finally {
    leaving.abort();
  }
}
