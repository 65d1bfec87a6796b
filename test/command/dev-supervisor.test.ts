import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kill } from 'node:process';
import { expect, onTestFinished, test } from 'vitest';
import { FrontDoor } from '../../packages/viaduct/dist/dev/front-door.js';
import { Supervisor } from '../../packages/viaduct/dist/dev/supervisor.js';
import { Project } from './project.js';

test('a run that has just died when it is told to stop is no failure', async () => {
  const project = new Project({
    'application.mjs': `
      import { writeFileSync } from 'node:fs';
      writeFileSync('pid', String(process.pid));
      export const application = { fetch: () => new Response('') };`,
  });
  onTestFinished(() => project.remove());
  const failures: string[] = [];
  let supervisor: Supervisor | undefined;
  onTestFinished(() => supervisor?.kill());
  const order = { specifier: 'application.mjs', cwd: project.folder, flags: [], lints: false };
  await new Promise<unknown>((resolve) => {
    supervisor = new Supervisor(order, new FrontDoor(), {
      ready: resolve,
      failed: (text) => failures.push(text),
      changed: () => undefined,
    });
    supervisor.start();
  });
  const pid = Number(readFileSync(join(project.folder, 'pid'), 'utf8'));
  kill(pid, 'SIGKILL');
  // Without a turn of the event loop in between, so that nobody has heard of its end.
  while (!stateOf(pid).startsWith('Z'));
  await supervisor?.stop();
  expect(failures).toEqual([]);
});

/** `Z` when it is dead, and its parent has not asked yet. */
function stateOf(pid: number): string {
  // Small Linux systems have no `ps`.
  if (existsSync('/proc/self/stat')) return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1] ?? '';
  return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
}
