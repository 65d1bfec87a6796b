import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { serverFolder } from './server-folder.js';
import { SERVE } from './started-server.js';
import { variablesOf } from './variables.js';

test.each([
  ['container/Containerfile', 5],
  ['kubernetes/viaduct.yaml', 6],
  ['systemd/viaduct.service', 3],
  ['systemd/viaduct-logrotate', 1],
])('viaduct config reads every variable that docs/deploy/%s sets', (file, atLeast) => {
  const variables = variablesOf(file);
  expect(Object.keys(variables).length).toBeGreaterThanOrEqual(atLeast);
  const config = execFileSync(SERVE[0], ['config'], {
    cwd: serverFolder(),
    env: { ...process.env, ...variables },
    encoding: 'utf8',
  });
  for (const name of Object.keys(variables)) expect(config).toContain(name);
});
