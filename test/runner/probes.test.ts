import { expect, test } from 'vitest';
import { exchange } from './load.js';
import { sourceOf, writeApplication } from './application.js';
import { get, getFrom, opened, until } from './requests.js';
import { startRunner } from './runner.js';

const PROBES = { 'liveness-path': '/livez', 'readiness-path': '/readyz' };

/** A mount that takes longer bodies than the others. */
const MOUNTS = `
import { createDispatcher } from ${JSON.stringify(import.meta.resolve('viaduct'))};
const length = async (request) => new Response(String((await request.text()).length));
export const application = lint(createDispatcher({
  '/': length,
  '/large': { application: length, maxBodyBytes: 1_000 },
}));`;

for (const flags of [PROBES, { 'warm-up': '/health' }]) {
  const names = Object.keys(flags).join(' and ');

  test(`with ${names} a mount keeps its own limit of bodies`, async () => {
    const runner = startRunner(writeApplication(MOUNTS), { 'max-body': 10, ...flags });
    const port = await runner.listens();
    const answers = await Promise.all(
      ['/', '/large'].map(async (path) => {
        const response = await fetch(`http://127.0.0.1:${port}${path}`, {
          method: 'POST',
          body: 'x'.repeat(100),
        });
        return [response.status, await response.text()];
      }),
    );
    expect(answers).toEqual([
      [413, 'Content Too Large'],
      [200, '100'],
    ]);
  });

  test(`with ${names} the access log tells of what the server itself refuses, and of nothing else that is theirs`, async () => {
    const runner = startRunner(writeApplication(MOUNTS), {
      'max-target': 100,
      'access-log': 'json',
      ...flags,
    });
    const port = await runner.listens();
    expect(await get(port, `/${'x'.repeat(200)}`)).toMatchObject({ status: 414 });
    for (const path of Object.values(PROBES)) await get(port, path);
    expect(await get(port, '/last')).toMatchObject({ status: 200 });
    await until(() => logged().some(([target]) => target === '/last'), 'the log is written');
    const probes = 'warm-up' in flags ? Object.values(PROBES).map((path) => [path, 200]) : [];
    expect(logged()).toEqual([[`/${'x'.repeat(200)}`, 414], ...probes, ['/last', 200]]);

    function logged(): unknown[][] {
      return runner.lines
        .filter(({ name }) => name === 'access')
        .map(({ target, status }) => [target, status]);
    }
  });
}

for (const workers of [1, 0]) {
  test(`probes are answered while as many requests are in flight as there may be, with workers ${workers}`, async () => {
    const runner = startRunner(writeApplication(sourceOf('1')), { 'max-in-flight': 1, workers, ...PROBES });
    const port = await runner.listens();
    const socket = await opened(port);
    void exchange(socket, '/wait?ms=60000');
    await until(async () => {
      const answer = await get(port, '/');
      return typeof answer === 'object' && answer.status === 503;
    }, 'it takes no more');
    for (const path of Object.values(PROBES)) {
      expect(await getFrom({ port, host: '127.0.0.1' }, path)).toMatchObject({ status: 200, body: 'ok\n' });
    }
    socket.destroy();
  });
}
