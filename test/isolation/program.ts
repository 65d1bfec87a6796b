import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/** How a program ended. */
export interface ProgramEnd {
  /** `null` when a signal ended it. */
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** A program that runs in a process of its own, and prints the port that it listens on first. */
export interface RunningProgram {
  readonly port: number;
  readonly ended: Promise<ProgramEnd>;
}

/** Runs a module, given as its source, to its end. */
export async function runProgram(source: string): Promise<ProgramEnd> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: FOLDER,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { code, output, errors };
}

/** Runs a module that prints `port 12345` when it listens. */
export async function startProgram(source: string): Promise<RunningProgram> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: FOLDER,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  const ended = Promise.all([text(child.stderr), once(child, 'close') as Promise<[number | null]>]).then(
    ([errors, [code]]) => ({ code, output: lines.join('\n'), errors }),
  );
  const port = await new Promise<number>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      lines.push(line);
      if (line.startsWith('port ')) resolve(Number(line.slice(5)));
    });
    ended.then(({ errors }) => reject(new Error(`the program ended before it listened: ${errors}`)), reject);
  });
  return { port, ended };
}
