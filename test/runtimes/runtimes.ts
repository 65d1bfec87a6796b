import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A JavaScript runtime that the suite runs on, beside the Node that runs the tests. */
export interface Runtime {
  readonly name: string;
  readonly command: string;
  readonly arguments: readonly string[];
  /** Cases on the Node face that the runtime's own `node:http` cannot pass, and why. */
  readonly except: Readonly<Record<string, string>>;
}

export const RUNTIMES: readonly Runtime[] = [
  runtime('Node 22', 'node-22/bin/node'),
  runtime('Node 24', 'node-24/bin/node'),
  runtime('Node 26', 'node-26/bin/node'),
  runtime('Bun', '@oven/bun-linux-x64/bin/bun', [], {
    'response headers are passed on, also Latin-1': 'its node:http sends header values as UTF-8',
  }),
  runtime('Deno', '@deno/linux-x64-glibc/deno', ['run', '--allow-all', '--no-remote'], {
    'HEAD is answered': 'its node:http closes an answer on an in-memory connection before it has finished',
    'onFinished runs once, when the whole answer is out': 'the same',
  }),
];

export const WORKERD: string = binary('@cloudflare/workerd-linux-64/bin/workerd');

/** They come as npm packages that hold a binary for Linux on x64; elsewhere the package manager leaves them out. */
export function isInstalled(command: string): boolean {
  return existsSync(command);
}

function runtime(
  name: string,
  path: string,
  args: readonly string[] = [],
  except: Runtime['except'] = {},
): Runtime {
  return { name, command: binary(path), arguments: args, except };
}

function binary(path: string): string {
  return fileURLToPath(new URL(`node_modules/${path}`, import.meta.url));
}
