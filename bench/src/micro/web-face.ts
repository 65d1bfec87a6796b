import { fromFastify } from '@viaduct/fastify';
import { fromKoa } from '@viaduct/koa';
import fastify from 'fastify';
import Koa from 'koa';
import inject from 'light-my-request';
import { toFetchHandler } from 'srvx/node';
import type { Application } from 'viaduct';
import { versionOf } from './version.js';

/**
 * One small JSON answer through the web face of a Node app, in process: the caller's `new Request` and
 * `await response.text()` included, against the libraries that do the like.
 */
interface Way {
  readonly name: string;
  ask(): Promise<string>;
}

const ROUNDS = 12;
/** Node 24 needs some 15,000 requests before its times stand still. */
const WARM_UP_ROUNDS = 12;
const REQUESTS = 1_500;
const ANSWER = '{"hello":"world"}';

const koa = new Koa();
koa.use((ctx) => {
  ctx.body = { hello: 'world' };
});
const api = fastify();
api.get('/', async () => ({ hello: 'world' }));
await api.ready();

const koaHandler = koa.callback();
const koaApplication = fromKoa(koa);
const fastifyApplication = fromFastify(api);
await fastifyApplication.start?.();
const srvxKoa = toFetchHandler(koaHandler as Parameters<typeof toFetchHandler>[0]);
const srvxFastify = toFetchHandler(api.routing as Parameters<typeof toFetchHandler>[0]);

const CONTESTS: Readonly<Record<string, readonly Way[]>> = {
  Koa: [
    { name: 'Viaduct', ask: () => fetchFrom(koaApplication) },
    {
      name: `light-my-request ${versionOf('light-my-request')}`,
      ask: async () => (await inject(koaHandler as never, '/')).payload,
    },
    {
      name: `srvx ${versionOf('srvx')}`,
      ask: async () => textOf(await srvxKoa(new Request('http://localhost/'))),
    },
  ],
  Fastify: [
    { name: 'Viaduct', ask: () => fetchFrom(fastifyApplication) },
    { name: 'app.inject()', ask: async () => (await api.inject('/')).payload },
    {
      name: `srvx ${versionOf('srvx')}`,
      ask: async () => textOf(await srvxFastify(new Request('http://localhost/'))),
    },
  ],
};

console.log(
  `\nWeb face in process, node ${process.versions.node}: µs for one request, median of ${ROUNDS} interleaved rounds`,
);
for (const [app, ways] of Object.entries(CONTESTS)) {
  const medians = await measure(ways);
  const [own = Number.NaN] = medians;
  for (const [index, { name }] of ways.entries()) {
    const time = medians[index] ?? Number.NaN;
    const verdict =
      index === 0
        ? ''
        : `ratio ${(own / time).toFixed(2)}, goal 0.50: ${own / time <= 0.5 ? 'met' : 'missed'}`;
    console.log(`  ${app.padEnd(8)} ${name.padEnd(26)} ${time.toFixed(1).padStart(6)}  ${verdict}`);
  }
}

async function measure(ways: readonly Way[]): Promise<number[]> {
  const times: number[][] = ways.map(() => []);
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    for (const [index, way] of ways.entries()) {
      const time = await timeOf(way);
      // The first rounds warm up.
      if (round >= 0) times[index]?.push(time);
    }
  }
  return times.map(
    (list) => list.toSorted((left, right) => left - right)[Math.floor(list.length / 2)] ?? Number.NaN,
  );
}

async function timeOf(way: Way): Promise<number> {
  const begin = process.hrtime.bigint();
  for (let request = 0; request < REQUESTS; request += 1) {
    const answer = await way.ask();
    if (answer !== ANSWER) throw new Error(`${way.name} answered ${answer}`);
  }
  return Number(process.hrtime.bigint() - begin) / REQUESTS / 1000;
}

async function fetchFrom(application: Application): Promise<string> {
  return textOf(await application.fetch(new Request('http://localhost/')));
}

function textOf(response: Response): Promise<string> {
  return response.text();
}
