import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const here = fileURLToPath(new URL('..', import.meta.url));

/** Names of Node's own modules that a fresh process has loaded when `source` has run. */
function loadedBy(source: string): readonly string[] {
  const code = `${source}; console.log(JSON.stringify(process.moduleLoadList))`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd: here });
  return JSON.parse(output.toString()) as string[];
}

const FETCH = 'NativeModule internal/deps/undici/undici';

describe('Importing viaduct', () => {
  test('does not load fetch, which those who serve Node applications alone never need', () => {
    expect(loadedBy("import 'viaduct'; import '@viaduct/koa'; import '@viaduct/fastify'")).not.toContain(
      FETCH,
    );
    // The list does tell of it where it is loaded.
    expect(loadedBy('Response')).toContain(FETCH);
  });

  test('leaves light responses to be responses from the first on', () => {
    const source =
      "import { LightResponse } from 'viaduct'; if (!(new LightResponse('') instanceof Response)) throw 1";
    expect(loadedBy(source)).toContain(FETCH);
  });
});
