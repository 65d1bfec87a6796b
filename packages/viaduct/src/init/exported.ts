import { type Named, namesIn } from './export-names.js';
import { type Framework, hasSign, importsHttp } from './framework.js';
import { bodyAfter } from './source-text.js';

/** Something that a module exports, and how an app is made of it. */
export interface Exported {
  readonly name: string;
  /**
   * `app`: it is one, or a plugin, a middleware, a handler; `factory`: a function that returns one;
   * `async factory`: a promise of one; `server`: a server of `node:http`, which has the handler in it.
   */
  readonly kind: 'app' | 'factory' | 'async factory' | 'server';
  /** The parameters of a factory that cannot be called without arguments, as they are written. */
  readonly needs?: string;
}

/** What a module exports. */
export interface Exports {
  /** What may be the app, the likeliest first: the variable itself, what is named like an app, functions that make one. */
  readonly exported: readonly Exported[];
  /** The rest: only who names one of them knows that it is an app. */
  readonly others: readonly Exported[];
}

/**
 * Reads what a file with an app exports, from its text: to run it would start it.
 *
 * @param variable What the app is called there.
 */
export function exportsOf(source: string, framework: Framework, variable: string | undefined): Exports {
  const ranked = namesIn(source).map((named) => {
    const made = functionOf(source, named);
    const kind = made === undefined ? kindOfValue(source, named) : kindOf(made, framework);
    const isFactory = made !== undefined && makesApp(made, framework, variable);
    const rank = kind === undefined ? -1 : rankOf(named, kind, variable, made !== undefined, isFactory);
    const needs = kind?.endsWith('factory') === true ? made?.needs : undefined;
    return {
      rank,
      exported: {
        name: named.name,
        kind: kind ?? ('app' as const),
        ...(needs === undefined ? {} : { needs }),
      },
    };
  });
  const [likely, others] = [ranked.filter(({ rank }) => rank >= 0), ranked.filter(({ rank }) => rank < 0)];
  return {
    exported: likely.toSorted((left, right) => left.rank - right.rank).map(({ exported }) => exported),
    others: others.map(({ exported }) => exported),
  };
}

/** The names that apps go by. */
const USUAL = ['app', 'server', 'fastify', 'koa', 'handler', 'router'];
const FACTORY = /^(?:create|build|make|get|init|setup|new|app|server|default)|factory$/i;

/** The smaller the likelier; below 0 it is no app. */
function rankOf(
  { name, local }: Named,
  kind: Exported['kind'],
  variable: string | undefined,
  isFunction: boolean,
  isFactory: boolean,
): number {
  if (variable !== undefined && local === variable) return name === 'default' ? 0 : 1;
  if (kind.endsWith('factory')) return isFactory && FACTORY.test(local ?? name) ? 4 : -1;
  if (name === 'default') return 2;
  // A function that has the parameters of an app is one, whatever its name.
  return isFunction || USUAL.includes(name) ? 3 : -1;
}

/** A function that is handed the app, or has nothing to do with it, makes none: `setupRoutes(app)`, `getPort()`. */
function makesApp(
  { parameters, body }: FunctionText,
  framework: Framework,
  variable: string | undefined,
): boolean {
  if (hasSign(body, framework)) return true;
  if (variable === undefined) return false;
  const name = new RegExp(String.raw`^${variable}\b`);
  const returned = new RegExp(String.raw`(?:\breturn\s+|^\s*)${variable}\s*(?:[;\n]|$)`);
  return returned.test(body) && !parameters.some((parameter) => name.test(parameter));
}

/** A server is told by how it is made: it may stand beside an app of any framework, and is none of them itself. */
function kindOfValue(source: string, named: Named): Exported['kind'] {
  const isServer = importsHttp(source) && beforeValues(named).some((before) => madeBy(before).test(source));
  return isServer ? 'server' : 'app';
}

function madeBy(before: string): RegExp {
  return new RegExp(String.raw`${before}(?:\w+\.|require\([^)]*\)\.)?createServer\s*\(`);
}

/** What may stand before the value that is exported. */
function beforeValues({ name, local }: Named): string[] {
  if (local !== undefined) return [String.raw`\b(?:const|let|var)\s+${local}\s*(?::[^=]+)?=\s*`];
  if (name === 'default') return [String.raw`(?:\bexport\s+default|\bmodule\.exports\s*=|\bexport\s*=)\s*`];
  return [String.raw`\bexports\.${name}\s*=\s*`, String.raw`\b${name}\s*:\s*`];
}

/** A function, as far as its text tells. */
interface FunctionText {
  readonly parameters: readonly string[];
  /** The parameters as they are written, when there must be arguments. */
  readonly needs: string | undefined;
  readonly isAsync: boolean;
  readonly body: string;
}

/** Functions that are apps themselves have parameters that nobody gives to a factory. */
function kindOf({ parameters, isAsync }: FunctionText, framework: Framework): Exported['kind'] | undefined {
  const [first = ''] = parameters;
  if (framework === 'fastify' && /^(?:fastify|instance|app|server)\b/.test(first)) return 'app';
  if (framework === 'koa' && /^(?:ctx|context)\b/.test(first)) return 'app';
  if (parameters.length === 2 && /^_?(?:req|request|q)\b/.test(first)) return 'app';
  // What a function returns beside a server of its own is not known.
  if (framework === 'http') return parameters.length === 2 ? 'app' : undefined;
  return isAsync ? 'async factory' : 'factory';
}

function functionOf(source: string, named: Named): FunctionText | undefined {
  const { name, local } = named;
  const declared = local === undefined ? [] : [declaration(local)];
  const anonymous = String.raw`(?:export\s+default|module\.exports\s*=|\bexport\s*=)\s*(?:fp\(\s*)?`;
  const inPlace = local === undefined ? beforeValues(named) : [];
  const [head] = [...declared, ...(name === 'default' ? [anonymous] : inPlace)]
    .map((before) =>
      new RegExp(
        String.raw`${before}(async\b\s*)?(?:function\b\s*\w*\s*\(([^)]*)\)|\(([^)]*)\)\s*(?::[^=]+)?=>|(\w+)\s*=>)`,
      ).exec(source),
    )
    .filter((found) => found !== null);
  const [whole = '', isAsync, ...parameters] = head ?? [];
  const list = parameters.find((text) => text !== undefined);
  if (head === undefined || list === undefined) return undefined;
  return {
    parameters: list
      .split(',')
      .map((text) => text.trim())
      .filter(Boolean),
    needs: isOptional(list) ? undefined : list.trim().replaceAll(/\s+/g, ' '),
    isAsync: isAsync !== undefined,
    body: bodyAfter(source, head.index + whole.length),
  };
}

/** Whether a list of parameters is empty, or its first has a default: `{ logger } = {}`, `port?: number`, `...rest`. */
function isOptional(list: string): boolean {
  // What stands in braces, a pattern or the type of one, has commas and defaults of its own.
  const [first = ''] = list.replaceAll(/\{[^}]*\}|\[[^\]]*\]/g, '_').split(',');
  return first.trim() === '' || first.includes('=') || /^\s*(?:\.\.\.|\w+\?)/.test(first);
}

/** What stands before a function of that name: `const app = `, or nothing before `async function app`. */
function declaration(local: string): string {
  const value = String.raw`\b(?:const|let|var)\s+${local}\s*(?::[^=]+)?=\s*`;
  const named = String.raw`(?=(?:async\s+)?function\s+${local}\s*\()`;
  return `(?:${value}|${named})`;
}
