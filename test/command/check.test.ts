import { afterAll, describe, expect, test } from 'vitest';
import { Project } from './project.js';
import { RunningCommand } from './running-command.js';

const answer =
  "fetch: (request: Request) => new Response(request.method === 'HEAD' ? null : 'ok', { headers: { 'content-type': 'text/plain' } })";
const project = new Project({
  'good.ts': `console.log('noise'); export default { ${answer} };`,
  'factory.ts': `export const createApplication = ({ trustProxy }: { trustProxy: string[] }) => (trustProxy.length === 0 ? { ${answer} } : {});`,
  'load.ts': `throw new Error('no such table');`,
  'start.ts': `export default { ${answer}, start() { throw new Error('no database'); } };`,
  'never.ts': `export default { ${answer}, start: () => new Promise((resolve) => setTimeout(resolve, 60_000)) };`,
  'stop.ts': `export default { ${answer}, stop() { throw new Error('cannot disconnect'); } };`,
  'open.ts': `export default { ${answer}, start() { setInterval(() => undefined, 1_000); } };`,
  'rejection.ts': `export default { ${answer}, start() { void Promise.reject(new Error('forgotten')); } };`,
  'exits.ts': `export default { ${answer}, start() { process.exit(0); } };`,
  'fails.ts': `export default { fetch(request: Request) { if (request.url.includes('%')) throw new URIError('malformed'); return new Response(request.method === 'HEAD' ? null : 'ok', { headers: { 'content-type': 'text/plain' } }); } };`,
  'table.ts': `
    import { createDispatcher } from 'viaduct';
    const good = { ${answer} };
    // Only for what is asked below its own mount.
    const broken = { fetch(request: Request) { if (request.url.includes('%zz')) throw new URIError('malformed'); return good.fetch(request); } };
    const untyped = { fetch: (request: Request) => new Response(request.method === 'HEAD' ? null : new Uint8Array([1])) };
    const shop = createDispatcher({ '/': good, '/cart': untyped }, { guards: { '/admin': () => undefined } });
    export default createDispatcher(
      { '/': good, '/api': broken, 'api.example.com/v1': broken, '/shop': shop },
      { guards: { '/internal': () => new Response('no', { status: 403, headers: { 'content-type': 'text/plain' } }) } },
    );`,
  'lint.ts': `export default { fetch: (request: Request) => new Response(request.method === 'HEAD' ? null : new Uint8Array([1])) };`,
});
afterAll(() => project.remove());

async function check(...words: string[]): Promise<{ code: number | null; ids: string[]; stdout: string }> {
  const { code, stdout } = await new RunningCommand(['check', ...words, '--json'], project.folder).ended;
  const { findings } = JSON.parse(stdout) as { findings: { id: string }[] };
  return { code, stdout, ids: findings.map(({ id }) => id) };
}

describe('viaduct check', () => {
  test('finds nothing in a good application, whatever that prints, and ends with 0', async () => {
    const { code, stdout } = await check('good.ts');
    expect({ code, report: JSON.parse(stdout) as object }).toEqual({
      code: 0,
      report: { requests: expect.any(Number) as number, places: ['/'], findings: [] },
    });
    expect((JSON.parse(stdout) as { requests: number }).requests).toBeGreaterThan(200);
  });

  test('gives a factory the settings', async () => {
    expect(await check('factory.ts')).toMatchObject({ code: 0, ids: [] });
  });

  for (const [name, id, words] of [
    ['load.ts', 'load', 'no such table'],
    ['start.ts', 'start', 'no database'],
    ['stop.ts', 'stop', 'cannot disconnect'],
    ['open.ts', 'open-handles', 'Timeout'],
    ['rejection.ts', 'unhandled', 'forgotten'],
    ['exits.ts', 'exit', 'exit code 0'],
    ['fails.ts', 'failed', 'was answered with 500'],
    ['lint.ts', 'S7', 'content-type'],
  ] as const) {
    test(`finds "${id}" in an application that earns it, and ends with 1`, async () => {
      const { code, ids, stdout } = await check(name);
      expect({ code, ids }).toEqual({ code: 1, ids: [id] });
      expect(stdout).toContain(words);
    });
  }

  test('gives up a start that does not end', async () => {
    expect(await check('never.ts', '--timeout', '2s')).toMatchObject({ code: 1, ids: ['start-timeout'] });
  });

  test('tries every mount and every guarded prefix, and names the mounts of what it finds', async () => {
    const { code, stdout } = await new RunningCommand(['check', 'table.ts'], project.folder).ended;
    expect(code).toBe(1);
    expect(stdout.match(/^\w+ {2}\(\w+\) {2}[^:]+:/gm)?.toSorted()).toEqual([
      'S7  (application)  /shop /cart:',
      'failed  (application)  /api:',
      'failed  (application)  api.example.com/v1:',
    ]);
    expect(stdout).toMatch(/ \/api: GET \/api\/\S* was answered with 500$/m);
    const [, requests, places] = /^3 findings, (\d+) requests, to (.*)$/m.exec(stdout) ?? [];
    expect(Number(requests)).toBeGreaterThan(2_000);
    expect(places).toBe('/, /api, api.example.com/v1, /shop, /shop/cart, guard /shop/admin, guard /internal');
  });

  test('prints a finding with the side at fault and the cure', async () => {
    const { stdout } = await new RunningCommand(['check', 'start.ts'], project.folder).ended;
    expect(stdout).toMatch(
      /^start {2}\(application\) {2}.*no database.*\n {4}Mend start\(\), or what it needs\.\n1 finding, 0 requests\n$/,
    );
  });
});
