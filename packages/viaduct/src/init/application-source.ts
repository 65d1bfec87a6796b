import type { Framework } from './found-app.js';

/** One app, and where it is to be mounted. */
export interface Mounting {
  /** Relative to the project: `src/app.ts`. */
  readonly file: string;
  readonly exportName: string;
  readonly framework: Framework;
  /** `/`, `/api`. */
  readonly path: string;
}

const BRIDGES: Readonly<Record<Framework, readonly [name: string, from: string]>> = {
  fastify: ['fromFastify', '@viaduct/fastify'],
  koa: ['fromKoa', '@viaduct/koa'],
  express: ['fromNode', 'viaduct'],
  http: ['fromNode', 'viaduct'],
};

/** The text of an application file that mounts apps of a project. */
export function applicationSource(mountings: readonly Mounting[], isTypeScript: boolean): string {
  const bridges = [...new Set(mountings.map(({ framework }) => framework))].map(
    (framework) => BRIDGES[framework],
  );
  const fromViaduct = [
    ...new Set([
      'createDispatcher',
      ...bridges.filter(([, from]) => from === 'viaduct').map(([name]) => name),
    ]),
  ];
  const imports = [
    ...new Set(
      bridges
        .filter(([, from]) => from !== 'viaduct')
        .map(([name, from]) => `import { ${name} } from '${from}';`),
    ),
    `import { ${[...fromViaduct, ...(isTypeScript ? ['type Dispatcher'] : [])].join(', ')} } from 'viaduct';`,
    ...mountings.map((mounting, index) => importOf(mounting, index)),
  ];
  const rows = mountings.map(
    ({ framework, path }, index) => `  '${path}': ${BRIDGES[framework][0]}(${localName(index, mountings)}),`,
  );
  return [
    ...imports,
    '',
    '/** Who answers what: the longest path wins. */',
    `export const application${isTypeScript ? ': Dispatcher' : ''} = createDispatcher({`,
    ...rows,
    '});',
    '',
  ].join('\n');

  function importOf({ file, exportName }: Mounting, index: number): string {
    const name = localName(index, mountings);
    const from = `./${file
      .replace(/\.ts$/, '.js')
      .replace(/\.mts$/, '.mjs')
      .replace(/\.cts$/, '.cjs')}`;
    if (exportName === 'default') return `import ${name} from '${from}';`;
    return `import { ${exportName === name ? name : `${exportName} as ${name}`} } from '${from}';`;
  }
}

/** `koaApp`; `koaApp2` for the second of a kind. */
function localName(index: number, mountings: readonly Mounting[]): string {
  const { framework } = mountings[index] as Mounting;
  const earlier = mountings.slice(0, index).filter((other) => other.framework === framework).length;
  return `${framework}App${earlier === 0 ? '' : earlier + 1}`;
}
