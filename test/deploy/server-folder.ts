import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const here = dirname(fileURLToPath(import.meta.url));
const COMMAND = fileURLToPath(new URL('dist/command/main.js', import.meta.resolve('viaduct/package.json')));
let count = 0;

/** What the applications of these tests say: their worker's process, after as long as the target asks for. */
const APPLICATION = `
import { setTimeout as delay } from 'node:timers/promises';
import { lint, toApplication } from 'viaduct';

export const application = lint(toApplication(async (request) => {
  const wait = new URL(request.url).searchParams.get('wait');
  if (wait !== null) await delay(Number(wait));
  return new Response(String(process.pid));
}));
`;

/** A project as npm leaves it: an application, and the command below `node_modules/.bin`. Inside `test/`, so that it finds viaduct. */
export function serverFolder(): string {
  const folder = join(here, '.projects', `${process.pid}-${(count += 1)}`);
  const commands = join(folder, 'node_modules/.bin');
  mkdirSync(commands, { recursive: true });
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  // Both as npm does when it installs a package with a command.
  chmodSync(COMMAND, 0o755);
  symlinkSync(COMMAND, join(commands, 'viaduct'));
  writeFileSync(join(folder, 'application.js'), APPLICATION);
  return folder;
}
