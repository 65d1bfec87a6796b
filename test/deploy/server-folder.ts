import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const here = dirname(fileURLToPath(import.meta.url));
let count = 0;

/** What the applications of these tests say: their process, after as long as the target asks for. */
const APPLICATION = `
import { setTimeout as delay } from 'node:timers/promises';
import { lint, toApplication } from 'viaduct';

export const application = lint(toApplication(async (request) => {
  const wait = new URL(request.url).searchParams.get('wait');
  if (wait !== null) await delay(Number(wait));
  return new Response(String(process.pid));
}));
`;

/** A project with the `server.js` of the documentation and an application; inside `test/`, so that it finds viaduct. */
export function serverFolder(): string {
  const folder = join(here, '.projects', `${process.pid}-${(count += 1)}`);
  mkdirSync(folder, { recursive: true });
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  copyFileSync(join(here, '../../docs/deploy/server.js'), join(folder, 'server.js'));
  writeFileSync(join(folder, 'application.js'), APPLICATION);
  return folder;
}
