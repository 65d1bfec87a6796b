import { type Application, createDispatcher, type Guard, toNode } from 'viaduct';
import { askInMemory } from './in-memory.js';
import type { Framework } from './frameworks.js';

/** What came of one target. */
export interface Outcome {
  readonly status: number;
  /** Public path of the handler that ran, `/foo *` for the fallback of the app at `/foo`, or `undefined`. */
  readonly ran: string | undefined;
  /** The target as that handler saw it. */
  readonly seen: string | undefined;
  /** Keys of the guards that ran. */
  readonly guards: ReadonlySet<string>;
}

/** The apps of a dispatcher: where each is mounted, and its routes as it sees them. */
const APPS = [
  {
    mount: '/',
    strip: true,
    routes: [
      '/admin',
      '/admin/secret',
      '/admin/*',
      '/foo',
      '/foo/admin',
      '/foo/*',
      '/api',
      '/api/admin',
      '/api/*',
    ],
  },
  {
    mount: '/foo',
    strip: true,
    routes: ['/admin', '/admin/*', '/foo/admin', '/foo/admin/*', '/admin/secret', '/'],
  },
  { mount: '/foo/bar', strip: true, routes: ['/admin', '/admin/*', '/foo/bar/*', '/'] },
  { mount: '/api', strip: false, routes: ['/api/admin', '/api/admin/*', '/api', '/admin', '/admin/*'] },
] as const;

/** The mounts and guards of {@link createLaw}, for a model to read the same table. */
export const MOUNTS: readonly { readonly key: string; readonly strip: boolean }[] = APPS.map(
  ({ mount, strip }) => ({
    key: mount,
    strip,
  }),
);
export const GUARDS: readonly string[] = [
  '/admin',
  '/admin/secret',
  '/foo/admin',
  '/foo/foo/admin',
  '/foo/bar',
  '/foo/bar/foo/bar',
  '/api/admin',
];

/** The paths that something protected, or somebody else's, lies at. */
export const PATHS: readonly string[] = [
  ...GUARDS,
  '/foo',
  '/api',
  '/foo/admin/secret',
  '/foo/bar/admin',
  '/api/admin/secret',
  '/foo/foo/foo/admin',
];

/** A dispatcher with apps of one framework behind guards. */
export interface Law {
  /** Asks it for a target, and tells who ran. */
  ask(target: string, face?: 'node' | 'web'): Promise<Outcome>;
  close(): Promise<void>;
}

export function createLaw(framework: Framework): Law {
  let ran: string | undefined;
  let seen: string | undefined;
  let guards = new Set<string>();
  const application: Application = createDispatcher(
    Object.fromEntries(
      APPS.map(({ mount, strip, routes }) => {
        const app = framework.create(routes, (route, url) => {
          ran = publicPath(mount, strip, route);
          seen = url;
          return {};
        });
        return [mount, { application: app, strip }];
      }),
    ),
    {
      guards: Object.fromEntries(GUARDS.map((key): [string, Guard] => [key, () => void guards.add(key)])),
      onError: () => undefined,
    },
  );
  const listener = toNode(application, { onError: () => undefined });
  return {
    async ask(target, face = 'node') {
      ran = undefined;
      seen = undefined;
      guards = new Set();
      const status =
        face === 'node' ? await askInMemory(listener, target) : await askByFetch(application, target);
      return { status, ran, seen, guards };
    },
    close: async () => application.stop?.(),
  };
}

/** As Bun, Deno and Workers do: the URL comes parsed, and so normalised. */
async function askByFetch(application: Application, target: string): Promise<number> {
  const url = target.startsWith('/') ? `http://paths.test${target}` : target;
  if (!URL.canParse(url) || new URL(url).username !== '') return 400;
  const response = await application.fetch(new Request(url));
  await response.arrayBuffer();
  return response.status;
}

function publicPath(mount: string, strip: boolean, route: string): string {
  if (route === '*') return `${mount} *`;
  const base = strip && mount !== '/' ? mount : '';
  // What lies below another app's mount, in an app that does not own it, is nobody's public path.
  const path = base + route.replace(/\/\*?$/, '');
  const owner = APPS.filter(
    ({ mount: other }) => path === other || path.startsWith(`${other}/`) || other === '/',
  );
  const [longest] = owner.toSorted((left, right) => right.mount.length - left.mount.length);
  return longest?.mount === mount ? path : `${mount} takes ${path}`;
}

/**
 * The law: a handler ran implies every guard on its public path ran; and no app serves what belongs to another.
 *
 * @returns The breach in words, or `undefined`.
 */
export function breach(outcome: Outcome, framework: Framework, target: string): string | undefined {
  const { ran, guards } = outcome;
  if (ran === undefined || ran.endsWith(' *')) return undefined;
  if (ran.includes(' takes ')) {
    // Mounts are matched exactly, by design: routers that are lenient on top of that serve another spelling.
    const isLenient = (framework.ignoresCase && /[A-Z]|%[45]/.test(target)) || framework.cutsAtSemicolon;
    return isLenient ? undefined : `app ${ran}, which is not its own`;
  }
  const missing = GUARDS.filter((key) => (ran === key || ran.startsWith(`${key}/`)) && !guards.has(key));
  return missing.length === 0 ? undefined : `${ran} ran without guard ${missing.join(', ')}`;
}
