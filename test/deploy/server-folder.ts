import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const PACKAGE = dirname(fileURLToPath(import.meta.resolve('viaduct/package.json')));
const COMMAND = join(PACKAGE, 'dist/command/main.js');

/** What the application of these tests says: who serves, and which version of the code; after as long as it is asked for. */
function sourceOf(version: string): string {
  return `
import { setTimeout as delay } from 'node:timers/promises';
import { lint, toApplication } from 'viaduct';

export const application = lint(toApplication(async (request) => {
  const wait = new URL(request.url).searchParams.get('wait');
  if (wait !== null) await delay(Number(wait));
  // The parent of a worker: the process that was started.
  return new Response(\`\${process.ppid} ${version}\`);
}));
`;
}

/** A project as npm installs one: its application, and `node_modules/.bin/viaduct`. */
export function serverFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'viaduct-deploy-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
  symlinkSync(PACKAGE, join(folder, 'node_modules/viaduct'));
  // As npm does when it links the command of a package.
  chmodSync(COMMAND, 0o755);
  symlinkSync(COMMAND, join(folder, 'node_modules/.bin/viaduct'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeCode(folder, 'first');
  return folder;
}

/** Puts new code in the place of the old. */
export function writeCode(folder: string, version: string, file = 'application.js'): void {
  writeFileSync(join(folder, file), sourceOf(version));
}
