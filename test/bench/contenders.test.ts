import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { GOALS } from '../../bench/dist/goals.js';
import { choose, lineUp } from '../../bench/dist/line-up.js';
import { SERIES } from '../../bench/dist/series.js';
import { WORKLOADS } from '../../bench/dist/workloads.js';

const bench = fileURLToPath(new URL('../../bench', import.meta.url));
const execute = promisify(execFile);

describe('Contenders of the benchmark of HTTP servers', () => {
  it(
    'every contender gives the right answer to all that it says it can be asked',
    { timeout: 120_000 },
    async () => {
      const { stdout } = await execute(process.execPath, ['dist/main.js', '--verify'], { cwd: bench });
      const names = [...(await lineUp(join(bench, 'src/contenders'), join(bench, 'dist/contenders'))).keys()];
      expect(names.length).toBeGreaterThan(35);
      for (const name of names) expect(stdout).toMatch(new RegExp(`^${name}: [1-9]\\d* right answers$`, 'm'));
    },
  );

  it('a contender with a wrong answer is found out', { timeout: 30_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'viaduct-contender-'));
    const wrong = `
      import { createServer } from 'node:http';
      import { once } from 'node:events';
      export default {
        title: 'wrong', workloads: ['hello'], basePath: '',
        async start() {
          const server = createServer((request, response) => {
            response.setHeader('content-type', 'application/json').end('{"hello":"World"}');
          });
          await once(server.listen(0, '127.0.0.1'), 'listening');
          return server.address().port;
        },
      };`;
    try {
      await writeFile(join(folder, 'wrong.js'), wrong);
      await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
      const args = ['dist/main.js', '--verify', '--folder', folder, '--only', 'wrong'];
      const failure = await execute(process.execPath, args, { cwd: bench }).catch((error: unknown) => error);
      expect(failure).toMatchObject({
        code: 1,
        stdout: expect.stringContaining('wrong answer to GET /hello'),
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('each series asks contenders that are there for what they can be asked, all of one size', async () => {
    const all = await lineUp(join(bench, 'src/contenders'), join(bench, 'dist/contenders'));
    for (const { name, contenders, workloads } of SERIES) {
      expect(new Set(workloads.map((workload) => WORKLOADS[workload].size)).size, name).toBe(1);
      for (const entrant of choose(all, contenders, [])) {
        expect(entrant.workloads, entrant.name).toEqual(expect.arrayContaining([...workloads]));
      }
    }
  });

  it('each goal of HTTP servers is a ratio that a series measures', async () => {
    const all = await lineUp(join(bench, 'src/contenders'), join(bench, 'dist/contenders'));
    const measured = new Set<string>();
    for (const { name: series, contenders, workloads, rate } of SERIES) {
      if (rate !== undefined) continue;
      for (const { name, against = [] } of choose(all, contenders, [])) {
        for (const rival of against.filter((other) => contenders.includes(other))) {
          for (const workload of workloads) measured.add(`${series}.${workload}.cpu.${name}/${rival}`);
        }
      }
    }
    const names = new Set(SERIES.map(({ name }) => name));
    const wanted = GOALS.filter(({ benchmark }) => names.has(benchmark)).map(({ key }) => key);
    expect(wanted.length).toBeGreaterThan(15);
    for (const key of wanted) expect(measured).toContain(key.replace('.rate.', '.cpu.'));
  });
});
