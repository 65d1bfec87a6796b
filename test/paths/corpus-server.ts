import {
  type Application,
  type ApplicationLike,
  createDispatcher,
  type Guard,
  lint,
  type Mounts,
} from 'viaduct';
import { PASS, RAN, SEEN } from '@viaduct/testing/paths';
import type { Framework, Tell } from './frameworks.js';

/** How the protected handlers and the public ones are put together. */
export type Arrangement = 'alone' | 'mounted' | 'delegated' | 'nested';

export const ARRANGEMENTS: readonly Arrangement[] = ['alone', 'mounted', 'delegated', 'nested'];

/** Behind it: the routes that the protocol of the path corpus asks for. */
export function createCorpusServer({ create }: Framework, arrangement: Arrangement): Application {
  const all = ['/admin', '/admin/secret'];
  const root = checked(create(all, tell));
  const guards = { '/admin': guard };
  const mounts: Record<Exclude<Arrangement, 'nested'>, Mounts> = {
    alone: { '/': root },
    mounted: { '/': root, '/admin': checked(create(['/', '/secret'], tellBelow)), '/other': root },
    delegated: { '/': root, '/admin': { application: checked(create(all, tell)), strip: false } },
  };
  if (arrangement !== 'nested') return createDispatcher(mounts[arrangement], { guards, onError });
  // The guard belongs to a dispatcher inside.
  return createDispatcher({ '/': createDispatcher(mounts.mounted, { guards }) }, { onError });
}

/** Not checked: the same small body for every method, and of no type. */
function checked(application: ApplicationLike): Application {
  return lint(application, { mode: 'throw', ignore: ['B6', 'S7'] });
}

const guard: Guard = (head) =>
  head.headers.get(PASS) === 'yes'
    ? undefined
    : new Response('', { status: 403, headers: { [RAN]: 'guard' } });

/** Below the mount `/admin`, `/` and `/secret` are the protected paths. */
const tell: Tell = (route, seen) => ({
  [RAN]: route === '*' ? 'public' : 'protected',
  [SEEN]: encodeURIComponent(seen),
});

/** The same, of an app that sees what is below `/admin`. */
const tellBelow: Tell = (route, seen) => tell(route, `/admin${seen.replace(/^\/(?=$|\?)/, '')}`);

function onError(): void {}
