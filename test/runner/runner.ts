import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [fact: string]: unknown;
}

/** A `viaduct serve` that runs. */
export interface Runner {
  readonly child: ChildProcess;
  readonly lines: LogLine[];
  /** All that it printed and is no line of its log. */
  readonly printed: string[];
  /** Waits for a line of its log, among those already written too. */
  said(text: string | RegExp, from?: number): Promise<LogLine>;
  /** Waits until it listens. */
  listens(): Promise<number>;
  signal(name: NodeJS.Signals): void;
  /** Settles when the process is gone. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

const DEFAULTS = {
  bind: '127.0.0.1:0',
  workers: 1,
  socketMode: 0o666,
  gracefulTimeoutMs: 8_000,
  startTimeoutMs: 60_000,
  heartbeatTimeoutMs: 30_000,
  maxRequests: 0,
  maxRequestsJitter: 0,
  maxMemoryBytes: 0,
  maxCrashes: 8,
  warmUp: [],
  readinessDelayMs: 0,
};

/** The command line. */
export function commandOf(file: string, settings: object = {}): string[] {
  const program = fileURLToPath(new URL('stand-in.mjs', import.meta.url));
  return [process.execPath, program, JSON.stringify([file, { ...DEFAULTS, ...settings }])];
}

export function startRunner(file: string, settings: object = {}): Runner {
  const [program, ...rest] = commandOf(file, settings) as [string, ...string[]];
  return follow(spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] }));
}

/** Reads what a process says, and ends it with the test. */
export function follow(child: ChildProcess): Runner {
  const lines: LogLine[] = [];
  const printed: string[] = [];
  const waiting = new Set<() => void>();
  const exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface(stream).on('line', read);
  }
  onTestFinished(async () => {
    // Its workers go with it.
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await exited;
  });

  function read(text: string): void {
    if (text.startsWith('{')) lines.push(JSON.parse(text) as LogLine);
    else printed.push(text);
    for (const look of waiting) look();
  }

  async function said(text: string | RegExp, from = 0): Promise<LogLine> {
    return new Promise((resolve, reject) => {
      function look(): void {
        const line = lines.slice(from).find(({ msg }) => (typeof text === 'string' ? msg.includes(text) : text.test(msg)));
        if (line === undefined) return;
        waiting.delete(look);
        resolve(line);
      }
      waiting.add(look);
      look();
      void exited.then(() =>
        setImmediate(() => reject(new Error(`it ended without saying ${text}: ${JSON.stringify(lines)} ${printed.join('\n')}`))),
      );
    });
  }

  return {
    child,
    lines,
    printed,
    said,
    exited,
    async listens() {
      const { msg } = await said('listening on');
      return Number(/:(\d+)$/.exec(msg)?.[1]);
    },
    signal: (name) => void child.kill(name),
  };
}
