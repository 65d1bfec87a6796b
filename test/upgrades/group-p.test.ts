import { once } from 'node:events';
import { connect } from 'node:net';
import { type Application, createDispatcher, serve, type Server } from 'viaduct';
import { targetCases } from '@viaduct/testing/paths';
import { afterAll, beforeAll, expect, it } from 'vitest';

/** P47: the targets of the corpus through the upgrade path get the verdicts that they get as requests. */
let server: Server | undefined;
const trail = new Set<string>();

/** Takes every upgrade, and says so. */
const echo: Application = {
  fetch: () => new Response('no upgrade asked for'),
  upgrade(request, socket) {
    trail.add('application');
    socket.end(`HTTP/1.1 101 Switching Protocols\r\nx-url: ${encodeURI(request.url ?? '')}\r\n\r\n`);
  },
};

beforeAll(async () => {
  const application = createDispatcher(
    { '/': echo, '/public': echo },
    { guards: { '/admin': () => void trail.add('guard') } },
  );
  server = await serve(application, { port: 0, host: '127.0.0.1' });
});

afterAll(() => server?.close());

async function upgrade(target: string): Promise<{ status: number; guarded: boolean; reached: boolean }> {
  trail.clear();
  const socket = connect(server?.port ?? 0, '127.0.0.1');
  socket.write(
    `GET ${target} HTTP/1.1\r\nHost: h.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    'latin1',
  );
  let answer = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => (answer += chunk));
  await once(socket, 'close');
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0);
  return { status, guarded: trail.has('guard'), reached: trail.has('application') };
}

/** What the same target gets as a request, with the same table. */
async function ask(target: string): Promise<{ status: number; guarded: boolean }> {
  trail.clear();
  const socket = connect(server?.port ?? 0, '127.0.0.1');
  socket.write(`GET ${target} HTTP/1.1\r\nHost: h.test\r\nConnection: close\r\n\r\n`, 'latin1');
  let answer = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => (answer += chunk));
  await once(socket, 'close');
  return { status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0), guarded: trail.has('guard') };
}

const TARGETS = targetCases.filter(
  ({ method = 'GET', headers }) => method === 'GET' && headers === undefined,
);

it('P47: every target of the corpus gets the verdict as an upgrade that it gets as a request', async () => {
  expect(TARGETS.length).toBeGreaterThan(100);
  for (const { id, target } of TARGETS) {
    const asRequest = await ask(target);
    const asUpgrade = await upgrade(target);
    expect({ id, guarded: asUpgrade.guarded, passed: asUpgrade.status === 101 }).toEqual({
      id,
      guarded: asRequest.guarded,
      passed: asRequest.status === 200,
    });
    expect({ id, isAnswered: asUpgrade.status !== 0 }).toEqual({ id, isAnswered: true });
  }
});

it('P47: no target that must be guarded reaches the application without its guard', async () => {
  const guarded = TARGETS.filter(
    ({ expect: verdicts }) => !verdicts.some((verdict) => verdict.startsWith('passed')),
  );
  expect(guarded.length).toBeGreaterThan(50);
  for (const { id, target } of guarded) {
    const seen = await upgrade(target);
    expect({ id, exposed: seen.reached && !seen.guarded }).toEqual({ id, exposed: false });
  }
});
