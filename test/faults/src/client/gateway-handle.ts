import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Measurement } from '../gateway/measurement.js';

/** A running gateway, as seen from the process that sends it its requests. */
export class GatewayHandle {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async open(): Promise<GatewayHandle> {
    const child = fork(new URL('../gateway/process.js', import.meta.url), {
      execArgv: ['--expose-gc'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const { port } = (await messageOf(child)) as { port: number };
    return new GatewayHandle(child, port);
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
