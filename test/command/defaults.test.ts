import { env } from 'node:process';
import { setDefaults } from 'viaduct';
import { afterEach, describe, expect, it } from 'vitest';
import { Project } from './project.js';
import { RunningCommand } from './running-command.js';

let project: Project | undefined;
afterEach(() => project?.remove());

/** Two applications that each set a default, and tell what they read. */
function shops(north: string, south: string): Project {
  const shop = (name: string, value: string): string => `
    import { setDefaults } from 'viaduct';
    setDefaults({ SHOP_DATABASE: '${value}' });
    export const ${name} = () => new Response(process.env.SHOP_DATABASE);
  `;
  project = new Project({
    'package.json': '{ "type": "module" }',
    'north.ts': shop('north', north),
    'south.ts': shop('south', south),
    'application.ts': `
      import { createDispatcher } from 'viaduct';
      import { north } from './north.js';
      import { south } from './south.js';
      export const application = createDispatcher({ '/north': north, '/south': south });
    `,
  });
  return project;
}

describe('setDefaults', () => {
  it('gives a variable a value where it has none, and leaves what the environment says', () => {
    env['VIADUCTS_TEST_GIVEN'] = 'given';
    setDefaults({ VIADUCTS_TEST_GIVEN: 'default', VIADUCTS_TEST_NONE: 'default' });
    setDefaults({ VIADUCTS_TEST_GIVEN: 'other' });
    expect([env['VIADUCTS_TEST_GIVEN'], env['VIADUCTS_TEST_NONE']]).toEqual(['given', 'default']);
  });

  it('refuses another value than an earlier one, names both places, and sets nothing', () => {
    setDefaults({ VIADUCTS_TEST_ONE: 'a' });
    expect(() => setDefaults({ VIADUCTS_TEST_TWO: 'x', VIADUCTS_TEST_ONE: 'b' })).toThrow(
      expect.objectContaining({
        code: 'VIADUCT_E_DEFAULT',
        message: expect.stringMatching(
          /defaults\.test\.ts:\d+ wants VIADUCTS_TEST_ONE to be "b", and .*defaults\.test\.ts:\d+ has set it to "a"/,
        ),
      }),
    );
    expect(env['VIADUCTS_TEST_TWO']).toBeUndefined();
    env['VIADUCTS_TEST_ONE'] = 'decided';
    setDefaults({ VIADUCTS_TEST_ONE: 'b' });
    expect(env['VIADUCTS_TEST_ONE']).toBe('decided');
  });

  it('refuses what is no text', () => {
    expect(() => setDefaults({ VIADUCTS_TEST_NUMBER: 5 as never })).toThrow(
      "setDefaults: VIADUCTS_TEST_NUMBER is 5. Variables of the environment are texts: write '5'.",
    );
  });

  it('two mounts with different defaults are reported, with both files', async () => {
    const { folder } = shops('file:north.db', 'file:south.db');
    const { code, stderr } = await new RunningCommand(['routes'], folder).ended;
    expect(code).toBe(4);
    expect(stderr).toMatch(/south\.ts:\d+ wants SHOP_DATABASE to be "file:south.db"/);
    expect(stderr).toMatch(/north\.ts:\d+ has set it to "file:north.db"/);
  });

  it('two mounts with one default load', async () => {
    const { folder } = shops('file:shop.db', 'file:shop.db');
    const { code, stdout } = await new RunningCommand(['routes'], folder).ended;
    expect(code).toBe(0);
    expect(stdout).toContain('/south');
  });
});
