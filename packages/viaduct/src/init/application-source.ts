import type { Exported } from './exported.js';
import type { Framework } from './framework.js';

/** One app, and where it is to be mounted. */
export interface Mounting {
  /** Relative to the project: `src/app.ts`. */
  readonly file: string;
  readonly exported: Exported;
  readonly framework: Framework;
  /** `/`, `/api`. */
  readonly path: string;
}

type Bridge = readonly [name: string, from: string];

const BRIDGES: Readonly<Record<Framework, Bridge>> = {
  fastify: ['fromFastify', '@viaduct/fastify'],
  koa: ['fromKoa', '@viaduct/koa'],
  express: ['fromNode', 'viaduct'],
  http: ['fromNode', 'viaduct'],
};

/** A server of `node:http` is one, whatever the app that it was made for. */
function bridgeOf({ framework, exported }: Mounting): Bridge {
  return BRIDGES[exported.kind === 'server' ? 'http' : framework];
}

/** The packages that the application file imports. */
export function packagesOf(mountings: readonly Mounting[]): Set<string> {
  return new Set(['viaduct', ...mountings.map((mounting) => bridgeOf(mounting)[1])]);
}

/** The text of an application file that mounts apps of a project. */
export function applicationSource(mountings: readonly Mounting[], isTypeScript: boolean): string {
  const rows = mountings.map(
    (mounting, index) =>
      `  ${quoted(mounting.path)}: ${bridgeOf(mounting)[0]}(${valueOf(mounting, localName(index, mountings))}),`,
  );
  return [
    ...importsOf(mountings, isTypeScript),
    '',
    '/** Who answers what: the longest path wins. */',
    ...dispatcherOf(rows, isTypeScript, mountings.some(isAwaited)),
    '',
  ].join('\n');
}

function importsOf(mountings: readonly Mounting[], isTypeScript: boolean): string[] {
  const bridges = [...new Set(mountings.map((mounting) => bridgeOf(mounting)))];
  const own = bridges.filter(([, from]) => from === 'viaduct').map(([name]) => name);
  const fromViaduct = [
    ...new Set(['createDispatcher', ...own]),
    ...(isTypeScript ? ['type Dispatcher'] : []),
  ];
  const others = bridges
    .filter(([, from]) => from !== 'viaduct')
    .map(([name, from]) => `import { ${name} } from '${from}';`);
  return [
    ...new Set(others),
    `import { ${fromViaduct.join(', ')} } from 'viaduct';`,
    ...mountings.map((mounting, index) => importOf(mounting, localName(index, mountings))),
  ];
}

function importOf({ file, exported: { name } }: Mounting, local: string): string {
  const from = quoted(`./${file.replace(/\.([cm]?)ts$/, '.$1js')}`);
  if (name === 'default') return `import ${local} from ${from};`;
  return `import { ${name === local ? name : `${name} as ${local}`} } from ${from};`;
}

/** A top-level `await` is no part of CommonJS, which TypeScript may be compiled to: so a factory waits. */
function dispatcherOf(rows: readonly string[], isTypeScript: boolean, waits: boolean): string[] {
  if (!waits) {
    return [
      `export const application${isTypeScript ? ': Dispatcher' : ''} = createDispatcher({`,
      ...rows,
      '});',
    ];
  }
  return [
    `export async function createApplication()${isTypeScript ? ': Promise<Dispatcher>' : ''} {`,
    '  return createDispatcher({',
    ...rows.map((row) => `  ${row}`),
    '  });',
    '}',
  ];
}

function isAwaited({ exported }: Mounting): boolean {
  return exported.kind === 'async factory';
}

function valueOf({ exported: { kind, needs } }: Mounting, local: string): string {
  const call = `${local}(${needs === undefined ? '' : `/* ${needs} */`})`;
  if (kind === 'factory') return call;
  if (kind === 'async factory') return `await ${call}`;
  return local;
}

/** `koaApp`, `createKoaApp`; `koaApp2` for the second of a kind. */
function localName(index: number, mountings: readonly Mounting[]): string {
  const { framework, exported } = mountings[index] as Mounting;
  const earlier = mountings.slice(0, index).filter((other) => other.framework === framework).length;
  const name = `${framework}App${earlier === 0 ? '' : earlier + 1}`;
  if (!exported.kind.endsWith('factory'))
    return exported.kind === 'server' ? name.replace('App', 'Server') : name;
  return `create${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

/** `/api` → `'/api'`; `/it's` → `"/it's"` */
function quoted(value: string): string {
  return /['\\\p{Cc}]/u.test(value) ? JSON.stringify(value) : `'${value}'`;
}
