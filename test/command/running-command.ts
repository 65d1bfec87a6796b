import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../packages/viaduct/dist/command/main.js', import.meta.url));

/** What a command ended with, and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The `viaduct` command in a process of its own. */
export class RunningCommand {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout = '';
  stderr = '';

  constructor(words: readonly string[], cwd: string) {
    this.child = spawn(process.execPath, [MAIN, ...words], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = once(this.child, 'close').then(([code]) => ({
      code: code as number | null,
      stdout: this.stdout,
      stderr: this.stderr,
    }));
  }

  /** Waits until the command has said something, and gives what it matched. */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.stdout + this.stderr);
      if (match !== null) return match;
      if (this.child.exitCode !== null) throw new Error(`it ended:\n${this.stdout}\n${this.stderr}`);
      // oxlint-disable-next-line no-await-in-loop -- waiting for output
      await Promise.race([
        once(this.child.stdout ?? this.child, 'data'),
        once(this.child.stderr ?? this.child, 'data'),
        this.ended,
      ]);
    }
  }

  /** Forgets what was said so far. */
  forget(): void {
    this.stdout = '';
    this.stderr = '';
  }
}
