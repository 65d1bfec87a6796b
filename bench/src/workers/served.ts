import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../../node_modules/viaduct/dist/command/main.js', import.meta.url));
const MODULE = fileURLToPath(new URL('application.js', import.meta.url));
const START_WITHIN_MS = 20_000;

/** `viaduct serve --workers <n>`, as a user runs it. */
export class Served {
  readonly workers: number;
  readonly port: number;
  readonly #process: ChildProcess;

  static async start(workers: number): Promise<Served> {
    const port = await freePort();
    const args = [COMMAND, 'serve', MODULE, '--workers', String(workers), '--bind', `127.0.0.1:${port}`];
    const child = spawn(process.execPath, [...args, '--log-level', 'warn', '--access-log', 'off'], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const served = new Served(workers, port, child);
    try {
      await served.#answers();
      return served;
    } catch (error) {
      await served.stop();
      throw error;
    }
  }

  private constructor(workers: number, port: number, child: ChildProcess) {
    this.workers = workers;
    this.port = port;
    this.#process = child;
  }

  /** Stops it as an operator does. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
  }

  /** Waits until each of the workers has answered. */
  async #answers(): Promise<void> {
    const seen = new Set<string>();
    for (const deadline = performance.now() + START_WITHIN_MS; seen.size < this.workers;) {
      if (this.#process.exitCode !== null)
        throw new Error(`viaduct serve ended with ${this.#process.exitCode}`);
      if (performance.now() > deadline) {
        throw new Error(`${seen.size} of ${this.workers} workers answered within ${START_WITHIN_MS} ms`);
      }
      const asked = Array.from({ length: 8 }, () => this.#ask());
      for (const worker of await Promise.all(asked)) if (worker !== undefined) seen.add(worker);
      await delay(50);
    }
  }

  async #ask(): Promise<string | undefined> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.port}/`, { headers: { connection: 'close' } });
      await response.text();
      return response.headers.get('x-worker') ?? undefined;
    } catch {
      return undefined;
    }
  }
}

/** A port that was free a moment ago: the command prints the one that it was told, not the one that it got. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('the probe has no port');
  return address.port;
}
