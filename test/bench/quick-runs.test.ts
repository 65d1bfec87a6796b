import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const bench = fileURLToPath(new URL('../../bench', import.meta.url));
const execute = promisify(execFile);
let folder: string;

interface Kept {
  readonly environment: { readonly command: string; readonly versions: string };
  readonly isQuick: boolean;
  readonly figures: Readonly<Record<string, { readonly value: number; readonly title: string }>>;
}

/** The figures that the table of goals asks for, by benchmark. */
const GOALS: Readonly<Record<string, readonly string[]>> = {
  import: ['import.viaduct', 'import.help', 'import.serve-help'],
  memory: ['memory.rest.koa', 'memory.rest.fastify', 'memory.connection.koa', 'memory.connection.fastify'],
  hot: ['hot.viaduct-koa-alone', 'hot.viaduct-web'],
  cold: ['cold.viaduct-koa-alone', 'cold.viaduct-fastify-deep'],
  workers: ['workers.ratio', 'workers.kept', 'workers.machine'],
  live: [
    'live.websocket.koa.ratio',
    'live.websocket.fastify.ratio',
    'live.events.koa.ratio',
    'live.events.fastify.ratio',
  ],
  micro: ['micro.MountTable.match, 2 mounts', 'micro.createContext'],
};

/** The figures mean nothing in a quick run: that it runs, and keeps what it is asked for, is what is tested. */
describe('Benchmarks beside the one of HTTP servers', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'viaduct-bench-'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  for (const [name, keys] of Object.entries(GOALS)) {
    it(
      `pnpm bench:${name} runs, checks every answer and keeps its figures`,
      { timeout: 60_000 },
      async () => {
        const { scripts } = JSON.parse(await readFile(join(bench, 'package.json'), 'utf8')) as {
          scripts: Readonly<Record<string, string>>;
        };
        // The first program of the script, as it is written there; micro has a second one.
        const [command = ''] = (scripts[`bench:${name}`] ?? '').split(' && ');
        const args = [...command.split(' ').slice(1), '--quick', '--results', folder];
        const { stdout } = await execute(process.execPath, args, { cwd: bench });
        const kept = JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')) as Kept;
        expect(kept.isQuick).toBe(true);
        expect(kept.environment.command).toMatch(`pnpm bench:${name}`);
        expect(kept.environment.versions).toContain(`node ${process.versions.node}`);
        for (const key of keys) {
          const figure = kept.figures[key];
          expect(figure, key).toBeDefined();
          expect(figure?.value, key).toSatisfy(Number.isFinite);
          expect(stdout).toContain(figure?.title);
        }
      },
    );
  }
});
