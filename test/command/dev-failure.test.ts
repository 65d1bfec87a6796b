import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { CommandError } from '../../packages/viaduct/dist/command-error.js';
import { type Failure, toFailure } from '../../packages/viaduct/dist/dev/failure.js';
import { EXIT } from '../../packages/viaduct/dist/exit-code.js';
import { Folder } from './viaduct.js';

describe('what an error says', () => {
  test('the innermost error speaks, and a cause that is no error does not', () => {
    const inner = new Error('db down', { cause: { code: 7 } });
    expect(toFailure(inner)).toMatchObject({ message: 'db down', stack: inner.stack });
    expect(toFailure(new Error('failed to start', { cause: inner })).message).toBe('db down');
  });

  test('what was thrown and is no error is named by whoever caught it, without the stack of that', () => {
    const error = new CommandError(EXIT.load, "a.ts failed to load: it threw 'x'", { cause: 'x' });
    expect(toFailure(error)).toEqual({ message: "a.ts failed to load: it threw 'x'" });
    expect(toFailure('x')).toEqual({ message: "it threw 'x'" });
  });
});

describe('a module that is missing is shown where it is imported', () => {
  let folder: Folder;
  afterEach(() => folder.remove());

  /** By Node's own message, which differs from case to case. */
  async function failureOf(source: string, files: Readonly<Record<string, string>> = {}): Promise<Failure> {
    folder = new Folder({ 'a.mjs': source, ...files });
    const telling = "await import('./a.mjs').catch(({ message }) => console.log(message));";
    folder.write('tell.mjs', telling);
    const message = execFileSync(process.execPath, ['tell.mjs'], { cwd: folder.path, encoding: 'utf8' });
    // Its stack names only Node.
    return toFailure(Object.assign(new Error(message.trimEnd()), { stack: '' }));
  }

  test('also where Node knows which one was meant', async () => {
    const failure = await failureOf("// foo\nimport './foo';", { 'foo.js': '' });
    expect(failure.message).toContain('Did you mean');
    expect(failure).toMatchObject({ file: join(folder.path, 'a.mjs'), line: 2 });
  });

  test('a file by its path, and not where another of the same name is imported', async () => {
    const source = "import './there/foo.mjs';\nimport './foo.mjs';";
    expect((await failureOf(source, { 'there/foo.mjs': '' })).line).toBe(2);
  });

  test('a package by its whole name, with a path in it or without', async () => {
    const files = { 'own/lodash.mjs': '' };
    expect((await failureOf("import './own/lodash.mjs';\nimport 'lodash.merge';", files)).line).toBe(2);
    folder.remove();
    expect((await failureOf("import './own/lodash.mjs';\nimport 'lodash.merge/deep';", files)).line).toBe(2);
  });
});
