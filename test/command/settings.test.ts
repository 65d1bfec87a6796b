import { availableParallelism } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { Folder, type Run } from './viaduct.js';

let folder: Folder;
afterEach(() => folder.remove());

interface Setting {
  readonly value: unknown;
  readonly origin: string;
}

function read({ stdout, stderr }: Run): Record<string, Setting> {
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Record<string, Setting>;
}

describe('the settings', () => {
  it('are flags before environment before viaduct.config.ts before defaults, and config tells which', async () => {
    folder = new Folder({
      'package.json': '{ "type": "module" }',
      'viaduct.config.ts': `import { defineConfig } from 'viaduct';
        export default defineConfig({ workers: 3, maxRequests: 100, gracefulTimeoutMs: 5_000 });`,
    });
    const run = await folder.run(['config', '--json', '-w', 'auto', '--max-memory', '1.5mb'], {
      VIADUCT_WORKERS: '2',
      VIADUCT_MAX_REQUESTS: '200',
      VIADUCT_WARM_UP: '/a,/b',
    });
    expect(read(run)).toMatchObject({
      workers: { value: availableParallelism(), origin: '--workers' },
      maxMemoryBytes: { value: 1.5 * 2 ** 20, origin: '--max-memory' },
      maxRequests: { value: 200, origin: 'VIADUCT_MAX_REQUESTS' },
      warmUp: { value: ['/a', '/b'], origin: 'VIADUCT_WARM_UP' },
      gracefulTimeoutMs: { value: 5_000, origin: 'viaduct.config.ts' },
      bind: { value: '127.0.0.1:3000', origin: 'default' },
      pidFile: { value: null, origin: 'default' },
    });
  });

  it.each(['viaduct.config.mjs', 'viaduct.config.js', 'viaduct.config.json', 'viaduct.config.mts'])(
    'are read from %s',
    async (name) => {
      const text = '{ "workers": 4 }';
      folder = new Folder({ [name]: name.endsWith('.json') ? text : `export default ${text};` });
      expect(read(await folder.run(['config', '--json']))['workers']).toEqual({ value: 4, origin: name });
    },
  );

  it('collect a flag that is repeated, and take units in every source', async () => {
    folder = new Folder({ 'viaduct.config.mjs': "export default { gracefulTimeoutMs: '2m' };" });
    const words = ['config', '--json', '--warm-up', '/a', '--warm-up', '/b'];
    expect(read(await folder.run(words, { VIADUCT_READINESS_DELAY: '1.5s' }))).toMatchObject({
      warmUp: { value: ['/a', '/b'] },
      gracefulTimeoutMs: { value: 120_000 },
      readinessDelayMs: { value: 1_500 },
    });
  });

  it('take blanks after the commas of a list', async () => {
    folder = new Folder({ 'viaduct.config.mjs': "export default { trustProxy: 'loopback, 10.0.0.0/8' };" });
    const run = await folder.run(['config', '--json', '--warm-up', '/a, /b']);
    expect(read(run)).toMatchObject({
      trustProxy: { value: ['loopback', '10.0.0.0/8'] },
      warmUp: { value: ['/a', '/b'] },
    });
  });

  it.each([
    [
      'permissions as a number, which would be read as another one',
      { 'viaduct.config.json': '{ "socketMode": 400 }' },
      {},
      "viaduct.config.json: socketMode is 400. Write a text of three octal digits: '660'.",
    ],
    [
      'a wrong value in the environment',
      {},
      { VIADUCT_WORKERS: 'x' },
      'VIADUCT_WORKERS is "x". Write a whole number',
    ],
    [
      'an unknown variable',
      {},
      { VIADUCT_WORKER: '1' },
      'VIADUCT_WORKER is no setting. Did you mean VIADUCT_WORKERS?',
    ],
    [
      'a wrong value in the file',
      { 'viaduct.config.mjs': 'export default { workers: true };' },
      {},
      'viaduct.config.mjs: workers is true. Write a whole number',
    ],
    [
      'an unknown key in the file',
      { 'viaduct.config.mjs': 'export default { worker: 1 };' },
      {},
      'viaduct.config.mjs: worker is no setting. Did you mean workers?',
    ],
    [
      'a file that exports no object',
      { 'viaduct.config.mjs': 'export default 7;' },
      {},
      'the default export is no object. Write export default defineConfig(',
    ],
    [
      'two files',
      { 'viaduct.config.mjs': 'export default {};', 'viaduct.config.json': '{}' },
      {},
      'There are two configuration files, viaduct.config.mjs and viaduct.config.json. Keep one.',
    ],
    [
      'a file that fails',
      { 'viaduct.config.mjs': 'throw new Error("no vault");' },
      {},
      'viaduct.config.mjs failed to load: no vault',
    ],
  ])('refuse %s with exit code 2', async (_, files, environment, message) => {
    folder = new Folder(files);
    const { exitCode, stderr } = await folder.run(['config'], environment as Record<string, string>);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  });
});
