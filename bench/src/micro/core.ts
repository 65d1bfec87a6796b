/**
 * What the parts of a hand-over cost, one by one: `pnpm bench:micro`. Only whole requests over a socket tell what
 * that means; these tell where to look when a whole request has become slower.
 */
import { bench, do_not_optimize, group, run } from 'mitata';
import { createContext, fromNode, LightResponse, toApplication } from 'viaduct';
import { parseHost } from '../../../packages/core/dist/host.js';
import { createRequest, type RequestSource } from '../../../packages/core/dist/lazy-request.js';
import { MountTable } from '../../../packages/core/dist/mount-table.js';
import { wideReadings } from '../../../packages/core/dist/readings.js';
import { parseTarget } from '../../../packages/core/dist/target.js';
import { type Figures, keepFigures, printHeading, readRunOptions } from '../run-report.js';

const CLEAN = '/shop/cart/items/4711?colour=red&size=m';
const UNCLEAN = '/shop/%63art//items/../4711?colour=red';

const options = readRunOptions();
const environment = printHeading('bench:micro', 'mitata, some thousand samples of each; about half a minute');

group('target', () => {
  bench('parseTarget, clean', () => do_not_optimize(parseTarget(CLEAN)));
  bench('parseTarget, unclean', () => do_not_optimize(parseTarget(UNCLEAN)));
  bench('wideReadings, clean', () => do_not_optimize(wideReadings(CLEAN)));
  bench('parseHost', () => do_not_optimize(parseHost('localhost:3000')));
  bench('new URL, for scale', () => do_not_optimize(new URL(CLEAN, 'http://localhost:3000')));
});

const answer = toApplication(() => new LightResponse('hello'));

group('match', () => {
  for (const count of [2, 100, 10_000]) {
    const paths = Array.from({ length: count - 1 }, (_, index) => `/area-${index % 97}/shop-${index}`);
    const table = new MountTable(
      Object.fromEntries(['/', ...paths].map((path) => [path, answer])),
      false,
      undefined,
    );
    // Another one each time, or the branch predictor would know the way; a power of two of them.
    const targets = Array.from({ length: 1024 }, (_, index) =>
      parseTarget(`${paths[(index * 7919) % paths.length] ?? ''}/items/4711?colour=red`),
    );
    let next = 0;
    bench(`MountTable.match, ${count} mounts`, () => {
      next = (next + 1) & 1023;
      do_not_optimize(table.match(targets[next] ?? '/', '', 'localhost'));
    });
  }
});

const request = new Request(`http://localhost:3000${CLEAN}`, { headers: { accept: 'application/json' } });

group('context', () => {
  bench('createContext', () => do_not_optimize(createContext(request)));
  bench('createContext, its path, URL and state read', () => {
    const context = createContext(request);
    do_not_optimize(context.path);
    do_not_optimize(context.url);
    do_not_optimize(context.state);
  });
});

/** Of a request without body, as the Node face makes it. */
const source: RequestSource = {
  method: 'GET',
  url: () => `http://localhost:3000${CLEAN}`,
  addHeadersTo(headers) {
    headers.append('host', 'localhost:3000');
    headers.append('accept', 'application/json');
  },
  // Always another one: requests that follow one signal would pile up on it.
  signal: () => new AbortController().signal,
  body: () => null,
  nodeBody: () => null,
};

group('lazy request', () => {
  bench('createRequest', () => do_not_optimize(createRequest(source)));
  bench('createRequest, method and URL read', () => {
    const lazy = createRequest(source);
    do_not_optimize(lazy.method);
    do_not_optimize(lazy.url);
  });
  bench('createRequest, a header read', () => do_not_optimize(createRequest(source).headers.get('accept')));
  bench('createRequest, cloned', () => do_not_optimize(createRequest(source).clone()));
  bench('new Request, for scale', () =>
    do_not_optimize(
      new Request(source.url(), { headers: { host: 'localhost:3000', accept: 'application/json' } }),
    ));
});

const ended = fromNode((_request, response) => void response.end('hello'));
const streamed = fromNode((_request, response) => {
  response.write('hel');
  response.end('lo');
});

group('emulated exchange', () => {
  bench('new Request, which the two below begin with', () => do_not_optimize(createAsked()));
  bench('fromNode().fetch, answer read', async () => expectHello(await ended.fetch(createAsked())));
  bench('fromNode().fetch, written in two, answer read', async () =>
    expectHello(await streamed.fetch(createAsked())));
});

await expectRightAnswers();
const { benchmarks } = await run(options.isQuick ? { filter: /2 mounts|createContext$/ } : {});

const figures: Record<string, Figures[string]> = {};
for (const { alias, runs } of benchmarks) {
  for (const { stats, error } of runs) {
    if (stats === undefined) throw new Error(`${alias} failed`, { cause: error });
    figures[`micro.${alias}`] = {
      title: alias,
      value: stats.p50,
      unit: 'ns',
      low: stats.p25,
      high: stats.p75,
    };
  }
}
console.log('');
await keepFigures(options, 'micro', environment, figures, {});

async function expectHello(response: Response): Promise<void> {
  if ((await response.text()) !== 'hello') throw new Error('a wrong answer');
}

function createAsked(): Request {
  return new Request(`http://localhost:3000${CLEAN}`);
}

/** What is timed must do what it is timed for. */
async function expectRightAnswers(): Promise<void> {
  const table = new MountTable({ '/': answer, '/shop': answer }, false, undefined);
  const mount = table.match(parseTarget(CLEAN) ?? '/', '', 'localhost');
  if (typeof mount !== 'object' || mount.key !== '/shop') throw new Error('match found another mount');
  await expectHello(await ended.fetch(request));
}
