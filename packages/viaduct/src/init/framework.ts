import { isTopLevel } from './source-text.js';

/** What Viaduct has a bridge for, and what it takes as a native handler. */
export type Framework = 'fastify' | 'koa' | 'express' | 'http';

/** How an app of each framework is made, in source text. */
const SIGNS: Readonly<Record<Framework, string>> = {
  fastify: String.raw`(?:\b[Ff]astify|require\(['"]fastify['"]\))\s*(?:<[^>]*>)?\(`,
  koa: String.raw`new\s+(?:Koa\b|\(\s*require\(['"]koa['"]\)\s*\))`,
  express: String.raw`(?:\bexpress|require\(['"]express['"]\))\s*\(`,
  http: String.raw`\bcreateServer\s*\(`,
};

/** In the order in which a file is asked for them: a server of `node:http` may be that of another's app. */
export const FRAMEWORKS: readonly Framework[] = ['fastify', 'koa', 'express', 'http'];

/** Whether an app of a framework is made in some source text. */
export function hasSign(source: string, framework: Framework): boolean {
  return new RegExp(SIGNS[framework]).test(source) && (framework !== 'http' || importsHttp(source));
}

/** Servers of other modules than these, such as `node:net`, have no requests. */
export function importsHttp(source: string): boolean {
  return /['"](?:node:)?https?['"]/.test(source);
}

/** What the app of a module is called: nobody outside of a function sees what is made in it. */
export function variableIn(source: string, framework: Framework): string | undefined {
  const made = new RegExp(
    String.raw`\b(?:const|let|var)\s+(\w+)\s*(?::[^=]+)?=\s*(?:await\s+)?(?:\w+\.)?(?:${SIGNS[framework]})`,
    'g',
  );
  return [...source.matchAll(made)].find(({ index }) => isTopLevel(source, index))?.[1];
}
