import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { type PathCase, targetCases } from '@viaduct/testing/paths';
import { createDispatcher, fromNode, serve } from 'viaduct';
import { type Plant, PLANTS } from './plants.js';

/** How everyone read one target. */
export interface Row {
  readonly target: string;
  /** Whether a guard that compares the path as it came, as most are written, would have run. */
  readonly isSeenByPlainGuard: boolean;
  /** By name of the plant: a route, with the parameter it got, or a status. */
  readonly readings: Readonly<Record<string, string>>;
  readonly viaduct: string;
}

/** Targets whose parameter is read in different ways: what a handler gets, and gives to a file system. */
const PARAMETERS = [
  '/public/a%2Fb',
  '/public/a%2fb',
  '/public/a%252Fb',
  '/public/%2e%2e',
  '/public/..%2f..%2fetc',
  '/public/a;v=1',
  '/public/a+b%20c',
  '/public/%ff',
  '/public/%',
  '/public/a\\b',
  '/public/a#b',
];

/** The targets of the page: the corpus, without what is about methods, hosts and lengths. */
export function targets(): readonly string[] {
  const cases = targetCases.filter(
    ({ padding = 0, target }: PathCase) => padding === 0 && target.length < 60,
  );
  return [...cases.map(({ target }) => target), ...PARAMETERS];
}

/** Sends every target to every plant, and to a dispatcher. */
export async function visit(): Promise<readonly Row[]> {
  const all = targets();
  const columns: Record<string, readonly string[]> = {};
  for (const plant of PLANTS) columns[plant.name] = await readAll(plant, all);
  const viaduct = await readAllBehindViaduct(all);
  return all.map((target, index) => ({
    target,
    isSeenByPlainGuard: /^\/admin(?:[/?]|$)/.test(target),
    readings: Object.fromEntries(PLANTS.map(({ name }) => [name, columns[name]?.[index] ?? ''])),
    viaduct: viaduct[index] ?? '',
  }));
}

async function readAll(plant: Plant, all: readonly string[]): Promise<readonly string[]> {
  const server = await plant.start();
  const { port } = server.address() as AddressInfo;
  const readings: string[] = [];
  for (const target of all) readings.push(shorten(await ask(port, target)));
  server.closeAllConnections();
  server.close();
  return readings;
}

/** With a mount beside the guarded one, so that it shows where mounts disagree. */
async function readAllBehindViaduct(all: readonly string[]): Promise<readonly string[]> {
  const app = fromNode((request, response) => response.end(request.url));
  const dispatcher = createDispatcher(
    { '/': app, '/public': { application: app, strip: false } },
    { guards: { '/admin': () => new Response('guard') } },
  );
  const server = await serve(dispatcher, { port: 0, host: '127.0.0.1' });
  const readings: string[] = [];
  for (const target of all) {
    const { status, body } = await ask(server.port, target);
    if (status === 200) readings.push(body === 'guard' ? 'guard' : 'passed');
    else readings.push(String(status));
  }
  server.httpServer.closeAllConnections();
  await server.close();
  return readings;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function ask(port: number, target: string): Promise<Answer> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  socket.on('error', () => undefined);
  socket.write(
    Buffer.from(`GET ${target} HTTP/1.1\r\nHost: garden.test\r\nConnection: close\r\n\r\n`, 'latin1'),
  );
  await once(socket, 'close');
  const [head = '', body = ''] = text.split('\r\n\r\n');
  // Chunked or not: what is looked for is short, and in one piece.
  return { status: Number(head.slice(9, 12)), body: /\{.*\}/s.exec(body)?.[0] ?? body };
}

function shorten({ status, body }: Answer): string {
  if (status !== 200) return String(status);
  const { route, name } = JSON.parse(body) as { route: string; name?: string };
  return name === undefined ? route : `name ${JSON.stringify(name)}`;
}
