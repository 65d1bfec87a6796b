import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { type Application, type ApplicationLike, toApplication } from '@viaduct/core';
import { fromNode, type NodeHandler } from '@viaduct/node';
import { isNodeServer } from '@viaduct/node/internal';
import { CommandError } from '../command-error.js';
import { EXIT } from '../exit-code.js';

/** What an export turned out to be. */
export type ExportKind = 'application' | 'fastify' | 'koa' | 'express' | 'node handler' | 'fetch handler';

export interface Bridged {
  readonly application: Application;
  readonly kind: ExportKind;
}

/**
 * Makes an application of whatever a module exports.
 *
 * An application or `{ fetch }` → itself; a Fastify instance, a Koa or Express app → through its bridge; a server of
 * `node:http` → what listens for its requests, and for its WebSocket handshakes.
 * A function of two parameters whose second is a response (`(req, res)`) → `fromNode`; any other function is
 * a fetch handler. Two parameters are taken for `(req, res)` unless the second is called `context`, `ctx` or `env`.
 *
 * @param file The module, from which bridges are found.
 * @returns `undefined` when it is nothing of these.
 * @throws {CommandError} With exit code 4, when the bridge is not installed.
 */
export async function bridge(value: unknown, file: string): Promise<Bridged | undefined> {
  if (isFastify(value)) {
    const { fromFastify } = await findBridge<FastifyBridge>('@viaduct/fastify', 'a Fastify instance', file);
    return { application: fromFastify(value), kind: 'fastify' };
  }
  if (isKoa(value)) {
    const { fromKoa } = await findBridge<KoaBridge>('@viaduct/koa', 'a Koa app', file);
    return { application: fromKoa(value), kind: 'koa' };
  }
  if (isExpress(value)) return { application: fromNode(value, { name: 'express' }), kind: 'express' };
  if (isNodeServer(value)) return { application: fromNode(value), kind: 'node handler' };
  if (hasFetch(value)) return { application: toApplication(value, file), kind: 'application' };
  if (typeof value !== 'function') return undefined;
  if (isNodeHandler(value)) return { application: fromNode(value), kind: 'node handler' };
  return { application: toApplication(value as ApplicationLike, file), kind: 'fetch handler' };
}

interface FastifyBridge {
  fromFastify(app: object): Application;
}

interface KoaBridge {
  fromKoa(app: object): Application;
}

/** From the user's project first: the framework that it was written for is there. */
async function findBridge<Bridge>(name: string, what: string, file: string): Promise<Bridge> {
  let entry: string;
  try {
    entry = createRequire(pathToFileURL(file)).resolve(name);
  } catch {
    throw new CommandError(
      EXIT.load,
      `${file} exports ${what}, and its bridge is not installed. Run: npm install ${name}`,
    );
  }
  return (await import(pathToFileURL(entry).href)) as Bridge;
}

function isFastify(value: unknown): value is object {
  return hasMethods(value, 'routing', 'ready', 'inject');
}

function isKoa(value: unknown): value is object {
  return typeof value === 'object' && hasMethods(value, 'callback', 'use', 'createContext');
}

function isExpress(value: unknown): value is NodeHandler {
  return typeof value === 'function' && hasMethods(value, 'use', 'set', 'handle');
}

function hasFetch(value: unknown): value is ApplicationLike {
  return hasMethods(value, 'fetch');
}

function hasMethods(value: unknown, ...names: readonly string[]): boolean {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return false;
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
}

/** The names that a second parameter has where it is no response. */
const CONTEXT_NAMES = /^\s*(?:async\s*)?(?:function\b[^(]*)?\(?\s*[^,()]*,\s*(?:_?context|ctx|env|\{)/;

function isNodeHandler(value: object): value is NodeHandler {
  const handler = value as NodeHandler;
  return handler.length === 2 && !CONTEXT_NAMES.test(Function.prototype.toString.call(handler));
}
