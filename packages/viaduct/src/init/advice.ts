import type { Mounting } from './application-source.js';
import type { FoundApp } from './found-app.js';
import type { Framework } from './framework.js';

/** What to write into a file whose app cannot be mounted as it is; `undefined` when it can. */
export function howToExport({
  file,
  framework,
  exported,
  variable,
  isCommonJs,
}: FoundApp): string | undefined {
  if (exported.length > 0) return undefined;
  if (variable === undefined) {
    return (
      `${file} makes ${NAMES[framework]}, and nothing that it exports is known to be or to return it. ` +
      `Export a function that returns it, and name that: --mount /=${file}#createApp()`
    );
  }
  const line = isCommonJs ? `module.exports = ${variable};` : `export { ${variable} };`;
  return `${file} makes ${NAMES[framework]}, and does not export it. Add: ${line}`;
}

const NAMES: Readonly<Record<Framework, string>> = {
  fastify: 'a Fastify app',
  koa: 'a Koa app',
  express: 'an Express app',
  http: 'a server of node:http',
};

/** What is left to write where a factory cannot be called without arguments; `undefined` when all is there. */
export function whatToPass(
  { file, exported: { name, needs } }: Mounting,
  written: string,
): string | undefined {
  if (needs === undefined) return undefined;
  return `${file}#${name} needs arguments. Write them into ${written}, in the place of /* ${needs} */.`;
}

/** How a file can be a program and a module in one; `undefined` when it opens no port as it is loaded. */
export function howNotToListen({ file, listens, isCommonJs }: FoundApp): string | undefined {
  if (!listens) return undefined;
  const question = isCommonJs ? 'require.main === module' : 'process.argv[1] === import.meta.filename';
  return (
    `${file} opens a port when it is loaded. Let it do so only when it is the program itself:\n` +
    `  if (${question}) … .listen(…)`
  );
}
