import type { WorkloadName } from './workloads.js';

/** A part of a run: who is asked for what, and how often. */
export interface Series {
  readonly name: string;
  readonly title: string;
  readonly contenders: readonly string[];
  /** All of them of one size of applications, since a process has one. */
  readonly workloads: readonly WorkloadName[];
  /** Times that every contender's process is started afresh. */
  readonly generations: number;
  /** Rounds in each generation: A B C, then C B A. */
  readonly rounds: number;
  /** Length of one contender's part in a round. */
  readonly roundMs: number;
  /**
   * Load on each process before its first round, for each workload. V8 compiles for some 100,000 requests: until
   * then a request costs up to twice as much, and the more, the more code there is.
   */
  readonly warmUpMs: number;
  /** Requests per second at fixed times. Without it, each connection asks again as soon as it has its answer. */
  readonly rate?: number;
}

const nullTests = ['koa', 'koa-again', 'fastify', 'fastify-again'];
const alone = ['viaduct-koa-alone', 'viaduct-fastify-alone'];
const behindDispatcher = ['viaduct-koa', 'viaduct-fastify'];
const insideFramework = [
  'koa-in-fastify',
  'koa-in-fastify-native',
  'fastify-in-koa',
  'fastify-in-koa-native',
];
const peersOfKoa = [
  'middie',
  'hijack',
  'koa-mount',
  'express',
  'fastify-express',
  'h3',
  'srvx-koa',
  'http-proxy',
];
const web = [
  'node-web',
  'srvx-web',
  'viaduct-web',
  'viaduct-web-light',
  'viaduct-hono',
  'hono',
  'hono-globals',
  'whatwg',
  'universal-fastify',
  'universal-express',
];

/**
 * The whole run. Where a goal is a ratio near 1, most of the rounds are spent; where one is twice as fast as
 * the other, a few show it.
 */
export const SERIES: readonly Series[] = [
  {
    name: 'cost',
    title: 'what the gateway costs a routed application',
    contenders: [
      ...nullTests,
      ...alone,
      ...behindDispatcher,
      'prefix-koa',
      'prefix-fastify',
      'viaduct-koa-10000',
      'viaduct-fastify-10000',
      'viaduct-koa-deep',
      'viaduct-fastify-deep',
    ],
    workloads: ['product'],
    generations: 7,
    rounds: 6,
    roundMs: 250,
    warmUpMs: 8_000,
  },
  {
    name: 'cost-hello',
    title: 'what it costs the smallest one',
    contenders: [...nullTests, ...alone],
    workloads: ['hello'],
    generations: 8,
    rounds: 6,
    roundMs: 250,
    warmUpMs: 6_000,
  },
  {
    name: 'hosts',
    title: 'more ways to stand behind Viaduct, and inside of a framework',
    contenders: [
      ...nullTests,
      ...insideFramework,
      'viaduct-koa-100',
      'viaduct-fastify-100',
      'viaduct-koa-hooks',
      'viaduct-fastify-hooks',
      'viaduct-koa-web',
      'viaduct-fastify-web',
      'hijack',
      'middie',
      'koa-respond',
      'koa-mount-respond',
      'koa-pair',
    ],
    workloads: ['product'],
    generations: 5,
    rounds: 4,
    roundMs: 150,
    warmUpMs: 4_000,
  },
  {
    name: 'peers',
    title: 'what else a user could take',
    contenders: [
      'node',
      'koa',
      'koa-again',
      'viaduct-koa-alone',
      'viaduct-koa',
      'viaduct-koa-web',
      ...peersOfKoa,
      ...web,
    ],
    workloads: ['hello'],
    generations: 5,
    rounds: 4,
    roundMs: 150,
    warmUpMs: 3_000,
  },
  {
    name: 'bodies',
    title: 'bodies, up and down',
    contenders: [
      'node',
      'koa',
      'fastify',
      ...behindDispatcher,
      'koa-in-fastify',
      'viaduct-koa-web',
      'middie',
      'fastify-express',
      'srvx-koa',
      'http-proxy',
    ],
    workloads: ['order', 'echo', 'download'],
    generations: 3,
    rounds: 3,
    roundMs: 150,
    warmUpMs: 750,
  },
  {
    name: 'latency',
    title: 'latency at a fixed rate',
    contenders: [
      'node',
      'koa',
      'koa-again',
      'fastify',
      'fastify-again',
      ...behindDispatcher,
      'koa-in-fastify',
      'middie',
      'koa-mount',
      'fastify-express',
      'http-proxy',
    ],
    workloads: ['hello'],
    generations: 3,
    rounds: 2,
    roundMs: 2_000,
    warmUpMs: 6_000,
    rate: 1_000,
  },
];
