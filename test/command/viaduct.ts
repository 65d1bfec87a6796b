import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../packages/viaduct/dist/command/main.js', import.meta.url));
const modules = fileURLToPath(new URL('../node_modules', import.meta.url));

/** What a run of the command came to. */
export interface Run {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with files, in which the command is run; it finds the packages that the tests have. */
export class Folder {
  readonly path: string = mkdtempSync(join(tmpdir(), 'viaduct-command-'));

  constructor(files: Readonly<Record<string, string>> = {}) {
    symlinkSync(modules, join(this.path, 'node_modules'));
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  write(name: string, text: string): void {
    const file = join(this.path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  /** Runs `viaduct` to its end. */
  async run(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Run> {
    const child = spawn(process.execPath, [program, ...words], {
      cwd: this.path,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { exitCode, stdout, stderr };
  }
}
