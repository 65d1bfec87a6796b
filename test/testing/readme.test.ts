import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const HERE = new URL('./', import.meta.url).pathname;
const README = new URL('../../packages/testing/README.md', import.meta.url);

let folder: string;

beforeAll(async () => {
  // Inside this package, so that its dependencies are found.
  await mkdir(`${HERE}.readme`, { recursive: true });
  folder = await mkdtemp(`${HERE}.readme/run-`);
  await writeFile(`${folder}/vitest.config.mjs`, 'export default {};');
  for (const [, code = '', file = ''] of (await readFile(README, 'utf8')).matchAll(
    /```js\n(\/\/ ([\w.]+): [^]*?)```/g,
  )) {
    await writeFile(`${folder}/${file}`, code);
  }
});

afterAll(() => rm(`${HERE}.readme`, { recursive: true, force: true }));

/** A runner inside a runner must not take the outer one's settings. */
function environment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(?:VITEST|NODE_OPTIONS|NODE_TEST)/.test(name),
  );
  return Object.fromEntries(inherited);
}

describe('the README of @viaduct/testing', () => {
  it.each(['request.test.mjs', 'bridge.test.mjs'])('%s passes in node:test', async (file) => {
    const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap', file], {
      cwd: folder,
      env: environment(),
    });
    expect(stdout).toMatch(/# pass [1-9]/);
    expect(stdout).toContain('# fail 0');
  });

  it('web.test.mjs passes in vitest', async () => {
    const vitest = new URL('../node_modules/vitest/vitest.mjs', import.meta.url).pathname;
    const { stdout } = await run(
      process.execPath,
      [vitest, 'run', 'web.test.mjs', '--root', folder, '--reporter=json'],
      {
        cwd: folder,
        env: environment(),
      },
    );
    expect(JSON.parse(stdout.slice(stdout.indexOf('{')))).toMatchObject({ success: true, numFailedTests: 0 });
  });
});
