import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** What a page tells its reader to do: type a command, or save a file. */
export type Step =
  | { readonly place: string; readonly command: string; readonly shown: string }
  | { readonly place: string; readonly file: string; readonly text: string };

/** The `shellsession` blocks of a page, and the blocks that name a file: ```` ```ts file=shop.ts ````. */
export function stepsOf(page: string, markdown: string): Step[] {
  const steps: Step[] = [];
  for (const { 1: info = '', 2: text = '', index } of markdown.matchAll(/^```([^\n]+)\n(.*?)^```$/gms)) {
    const place = `${page}:${markdown.slice(0, index).split('\n').length + 1}`;
    const [, file] = / file=(\S+)$/.exec(info) ?? [];
    if (file !== undefined) steps.push({ place, file, text });
    if (info !== 'shellsession') continue;
    for (const part of text.split(/^\$ /m).slice(1)) {
      const end = part.indexOf('\n');
      steps.push({ place, command: part.slice(0, end), shown: part.slice(end + 1).trim() });
    }
  }
  return steps;
}

/** Whether something printed is what a page shows, where `…` stands for any text. */
export function isShown(printed: string, shown: string): boolean {
  const pattern = shown
    .split('…')
    .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`))
    .join('.*?');
  return new RegExp(`^${pattern}$`, 's').test(printed.trim());
}

/** One shell, as its user has it in front of them: it keeps its folder, its variables and its jobs. */
export class Session {
  readonly #shell: ChildProcess;
  #printed = '';
  folder: string;
  /** What the latest command wrote to standard error. */
  errors = '';

  constructor(folder: string, environment: NodeJS.ProcessEnv) {
    this.folder = folder;
    // A process group of its own, so that what it has started can be ended with it.
    this.#shell = spawn('bash', ['--norc', '-s'], { cwd: folder, env: environment, detached: true });
    this.#shell.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#printed += text));
    this.#shell.stderr?.setEncoding('utf8').on('data', (text: string) => (this.errors += text));
  }

  /** Types a command, and gives what it printed when the shell is ready for the next. */
  async type(command: string): Promise<string> {
    this.#printed = '';
    this.errors = '';
    this.#shell.stdin?.write(`{ ${command}\n} < /dev/null\nprintf '\\n<%s>\\n' "$PWD"\n`);
    for (;;) {
      const [whole, folder] = /\n<(\/.*)>\n$/.exec(this.#printed) ?? [];
      if (whole !== undefined && folder !== undefined) {
        this.folder = folder;
        return this.#printed.slice(0, -whole.length);
      }
      if (this.#shell.exitCode !== null) throw new Error(`the shell ended at ${command}`);
      await delay(20);
    }
  }

  save(file: string, text: string): void {
    const path = join(this.folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  async end(): Promise<void> {
    const ended = once(this.#shell, 'exit');
    this.#shell.stdin?.end();
    await ended;
    try {
      if (this.#shell.pid !== undefined) process.kill(-this.#shell.pid, 'SIGTERM');
    } catch {
      // Nothing that it started is left.
    }
  }
}
