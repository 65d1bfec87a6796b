/** Contenders of a table with the bare application that each is divided by, in the order of the table. */
export type Divided = readonly (readonly [name: string, bare: 'koa' | 'fastify'])[];

/** The smallest applications behind a dispatcher. */
export const COST_HELLO: Divided = [
  ['koa', 'koa'],
  ['koa-again', 'koa'],
  ['viaduct-koa-alone', 'koa'],
  ['fastify', 'fastify'],
  ['fastify-again', 'fastify'],
  ['viaduct-fastify-alone', 'fastify'],
];
/** Routed applications behind a dispatcher. */
export const COST: Divided = (['koa', 'fastify'] as const).flatMap((bare) =>
  [
    bare,
    `${bare}-again`,
    `viaduct-${bare}-alone`,
    `prefix-${bare}`,
    `viaduct-${bare}`,
    `viaduct-${bare}-10000`,
    `viaduct-${bare}-deep`,
  ].map((name) => [name, bare] as const),
);
/** Further ways to stand behind Viaduct, and inside of a framework. */
export const HOSTS: Divided = [
  ['koa', 'koa'],
  ['viaduct-koa-100', 'koa'],
  ['viaduct-koa-hooks', 'koa'],
  ['viaduct-koa-web', 'koa'],
  ['koa-in-fastify-native', 'koa'],
  ['koa-in-fastify', 'koa'],
  ['hijack', 'koa'],
  ['middie', 'koa'],
  ['fastify', 'fastify'],
  ['viaduct-fastify-100', 'fastify'],
  ['viaduct-fastify-hooks', 'fastify'],
  ['viaduct-fastify-web', 'fastify'],
  ['fastify-in-koa-native', 'fastify'],
  ['fastify-in-koa', 'fastify'],
  ['koa-mount-respond', 'fastify'],
  ['koa-respond', 'fastify'],
  ['koa-pair', 'fastify'],
];
/** Koa's application, bare, behind Viaduct, and in the ways of others. */
export const PEERS_OF_KOA: readonly string[] = [
  'koa',
  'viaduct-koa-alone',
  'viaduct-koa',
  'hijack',
  'koa-mount',
  'middie',
  'h3',
  'srvx-koa',
  'express',
  'fastify-express',
  'http-proxy',
];
/** A web application and Hono's, under Viaduct and under others. */
export const WEB: readonly string[] = [
  'node',
  'hono-globals',
  'viaduct-web-light',
  'node-web',
  'viaduct-web',
  'srvx-web',
  'viaduct-hono',
  'hono',
  'whatwg',
  'universal-fastify',
  'universal-express',
];
/** Who was sent bodies. */
export const BODIES: readonly string[] = [
  'node',
  'koa',
  'viaduct-koa',
  'viaduct-koa-web',
  'koa-in-fastify',
  'middie',
  'srvx-koa',
  'fastify-express',
  'http-proxy',
  'fastify',
  'viaduct-fastify',
];
/** Who was asked at a fixed rate. */
export const TIMED: readonly string[] = [
  'node',
  'koa',
  'koa-again',
  'viaduct-koa',
  'koa-mount',
  'middie',
  'koa-in-fastify',
  'fastify-express',
  'http-proxy',
  'fastify',
  'fastify-again',
  'viaduct-fastify',
];
