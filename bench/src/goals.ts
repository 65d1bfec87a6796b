/** What a figure must not exceed, or must reach. */
export type Bound = { readonly atMost: number } | { readonly atLeast: number };

/** One line of the table of goals: a figure that one benchmark measures, and what it ought to be. */
export interface Goal {
  readonly what: string;
  /** Benchmark, or series of servers, that measures it: the figure is in `results/<benchmark>.json`. */
  readonly benchmark: string;
  /** The figure's name in that file, under `figures`. */
  readonly key: string;
  readonly bound: Bound;
}

/**
 * What Viaduct wants to reach, as ratios within one run, and in the order in which the table tells it.
 *
 * A key of a series of HTTP servers is `<series>.<workload>.<measure>.<contender>/<contender>`: the one's CPU time per
 * request (`cpu`) or requests per second (`rate`) divided by the other's.
 */
export const GOALS: readonly Goal[] = [
  ...cpuGoals('product', 'routed app'),
  ...cpuGoals('hello', 'small answer'),
  http('Koa, throughput / behind @fastify/middie', 'peers.hello.rate.viaduct-koa-alone/middie', {
    atLeast: 1.2,
  }),
  http('Koa, throughput / behind koa-mount', 'peers.hello.rate.viaduct-koa-alone/koa-mount', {
    atLeast: 1.1,
  }),
  http('Koa, throughput / behind @fastify/express', 'peers.hello.rate.viaduct-koa/fastify-express', {
    atLeast: 4,
  }),
  http('Koa, throughput / behind @fastify/http-proxy', 'peers.hello.rate.viaduct-koa/http-proxy', {
    atLeast: 4,
  }),
  http('Koa inside Fastify, native, throughput / bare Koa', 'hosts.product.rate.koa-in-fastify-native/koa', {
    atLeast: 0.9,
  }),
  http(
    'Fastify inside Koa, native, throughput / bare Fastify',
    'hosts.product.rate.fastify-in-koa-native/fastify',
    {
      atLeast: 0.9,
    },
  ),
  http('Koa inside Fastify, composing, throughput / bare Koa', 'hosts.product.rate.koa-in-fastify/koa', {
    atLeast: 0.6,
  }),
  http(
    'Fastify inside Koa, composing, throughput / bare Fastify',
    'hosts.product.rate.fastify-in-koa/fastify',
    {
      atLeast: 0.6,
    },
  ),
  ...(['koa', 'fastify'] as const).flatMap((framework) =>
    (['light-my-request', 'srvx'] as const).map((peer): Goal => ({
      what: `web face in process, ${framework}, time / ${peer}`,
      benchmark: 'web-face',
      key: `web-face.${framework}.${peer}`,
      bound: { atMost: 0.5 },
    })),
  ),
  http('web app, native Response, throughput / srvx', 'peers.hello.rate.viaduct-web/srvx-web', {
    atLeast: 1.8,
  }),
  http('Hono in Viaduct, throughput / its own adapter', 'peers.hello.rate.viaduct-hono/hono', {
    atLeast: 1.5,
  }),
  {
    what: 'import of viaduct beyond the frameworks',
    benchmark: 'import',
    key: 'import.viaduct',
    bound: { atMost: 40 },
  },
  ...(['koa', 'fastify'] as const).flatMap((framework): Goal[] => [
    {
      what: `memory at rest beyond the bare app, ${framework}`,
      benchmark: 'memory',
      key: `memory.rest.${framework}`,
      bound: { atMost: 6 },
    },
    {
      // Two bare processes differ by some bytes a connection too: hash tables grow in steps.
      what: `memory of an idle connection beyond the bare app, ${framework}`,
      benchmark: 'memory',
      key: `memory.connection.${framework}`,
      bound: { atMost: 64 },
    },
  ]),
  ...(['koa', 'fastify'] as const).flatMap((framework): Goal[] => [
    {
      what: `WebSocket echo, CPU / bare, ${framework}`,
      benchmark: 'live',
      key: `live.websocket.${framework}.ratio`,
      bound: { atMost: 1.03 },
    },
    {
      what: `server-sent events, CPU / bare, ${framework}`,
      benchmark: 'live',
      key: `live.events.${framework}.ratio`,
      bound: { atMost: 1.03 },
    },
  ]),
  {
    what: 'two workers, throughput / one',
    benchmark: 'workers',
    key: 'workers.ratio',
    bound: { atLeast: 1.7 },
  },
];

/** The CPU time of a request behind Viaduct against that of the bare application. */
function cpuGoals(workload: 'product' | 'hello', title: string): Goal[] {
  return (['koa', 'fastify'] as const).flatMap((framework) => {
    const goal = (what: string, contender: string, atMost: number): Goal =>
      http(
        `${what}, CPU / bare, ${title}`,
        `${workload === 'hello' ? 'cost-hello' : 'cost'}.${workload}.cpu.${contender}/${framework}`,
        { atMost },
      );
    const name = framework === 'koa' ? 'Koa' : 'Fastify';
    const usual = goal(`${name} behind serve and dispatcher`, `viaduct-${framework}-alone`, 1.03);
    if (workload === 'hello') return [usual];
    return [
      usual,
      http(
        `${name} beside another framework, CPU / behind one if, ${title}`,
        `cost.product.cpu.viaduct-${framework}/prefix-${framework}`,
        { atMost: 1.03 },
      ),
      goal(`${name} with 10,000 mounts`, `viaduct-${framework}-10000`, 1.06),
      goal(`${name} three dispatchers deep, with a guard`, `viaduct-${framework}-deep`, 1.06),
    ];
  });
}

function http(what: string, key: string, bound: Bound): Goal {
  const [series = ''] = key.split('.');
  return { what, benchmark: series, key, bound };
}
