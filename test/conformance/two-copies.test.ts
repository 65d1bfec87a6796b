import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as core from '@viaduct/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { echo } from './behaviour.js';
import { nodeFace } from './faces.js';
import { KINDS } from './kinds.js';

let folder = '';
let copy: typeof core;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'viaduct-copy-'));
  // Below node_modules, vitest leaves it to Node to load it.
  const home = join(folder, 'node_modules', 'core');
  await cp(fileURLToPath(new URL('.', import.meta.resolve('@viaduct/core'))), home, { recursive: true });
  await writeFile(join(home, 'package.json'), '{ "type": "module" }');
  copy = (await import(/* @vite-ignore */ pathToFileURL(join(home, 'index.js')).href)) as typeof core;
});
afterAll(() => rm(folder, { recursive: true }));

describe.each(KINDS)('two copies of the core, with $name', (kind) => {
  it('share the record of a request, whichever is outside', async () => {
    expect(copy.createDispatcher).not.toBe(core.createDispatcher);
    for (const [outer, inner] of [
      [core, copy],
      [copy, core],
    ] as const) {
      const dispatcher = inner.createDispatcher({ '/foo': kind.create(echo('foo')) });
      const door = await nodeFace.open(outer.createDispatcher({ '/outer': dispatcher }));
      expect((await door.send({ target: '/outer/foo/x?q' })).text).toBe('foo|/outer/foo|/x|?q');
      await door.close();
    }
  });

  it('share state and callbacks', async () => {
    const trail: string[] = [];
    const application = kind.create(({ context }) => {
      context.onFinished(() => void trail.push('inner'));
      return { body: String(context.state.user) };
    });
    const hooked = copy.withHooks(core.createDispatcher({ '/foo': application }), {
      onRequest(_head, { state }) {
        state.user = 'ada';
      },
      onFinished: () => void trail.push('outer'),
    });
    const door = await nodeFace.open(core.createDispatcher({ '/': hooked }));
    expect((await door.send({ target: '/foo' })).text).toBe('ada');
    await door.close();
    expect(trail).toEqual(['inner', 'outer']);
  });
});
