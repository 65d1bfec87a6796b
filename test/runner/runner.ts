import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export interface LogLine {
  /** As pino writes it: 30 info, 40 warn, 50 error. */
  readonly level: number;
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

/** The `viaduct` command, as its package names it. */
const COMMAND = fileURLToPath(new URL('dist/command/main.js', import.meta.resolve('viaduct/package.json')));

/** The settings of a test, written as flags. */
export interface Flags {
  readonly [name: string]: string | number | readonly string[];
}

/** `viaduct serve`, on any free port unless the flags say otherwise. */
export function commandOf(file: string, flags: Flags = {}): string[] {
  const all: Flags = { bind: '127.0.0.1:0', 'access-log': 'off', ...flags };
  const words = Object.entries(all).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return [process.execPath, COMMAND, 'serve', file, ...words];
}

/** @param switches Flags without a value. */
export function startRunner(file: string, flags: Flags = {}, switches: readonly string[] = []): Runner {
  const [program, ...rest] = commandOf(file, flags) as [string, ...string[]];
  return follow(spawn(program, [...rest, ...switches], { stdio: ['ignore', 'pipe', 'pipe'] }));
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
    if (text.startsWith('{"level"')) lines.push(JSON.parse(text) as LogLine);
    else printed.push(text);
    for (const look of waiting) look();
  }

  async function said(text: string | RegExp, from = 0): Promise<LogLine> {
    return new Promise((resolve, reject) => {
      function look(): void {
        const line = lines
          .slice(from)
          .find(({ msg }) => (typeof text === 'string' ? msg.includes(text) : text.test(msg)));
        if (line === undefined) return;
        waiting.delete(look);
        resolve(line);
      }
      waiting.add(look);
      look();
      void exited.then(() =>
        setImmediate(() =>
          reject(
            new Error(`it ended without saying ${text}: ${JSON.stringify(lines)} ${printed.join('\n')}`),
          ),
        ),
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
