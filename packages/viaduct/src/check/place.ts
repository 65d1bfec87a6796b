import type { DescribedApplication } from '../explain/described-application.js';

/** Somewhere in the table of an application that the corpus is aimed at. */
export interface Place {
  /** For the report: `/api`, `api.example.com/v1`, `guard /admin`. */
  readonly name: string;
  /** What requests say as their host. */
  readonly host: string;
  /** `/` or `/a/b`. */
  readonly path: string;
}

/** The host of requests for mounts that have none of their own: no real one, by RFC 6761. */
const ANY_HOST = 'corpus.test';

/**
 * The root, every mount and every prefix that a guard covers, of dispatchers within dispatchers too; each place once.
 */
export function placesOf(application: DescribedApplication): readonly Place[] {
  const places = new Map<string, Place>();
  const add = (name: string, host: string, path: string): void => {
    const place = { name, host: host === '' ? ANY_HOST : host.replace('*', 'any'), path };
    if (!places.has(place.host + path)) places.set(place.host + path, place);
  };
  const visit = ({ basePath, mounts = [], guards = [] }: DescribedApplication, host: string): void => {
    for (const mount of mounts) {
      const ownHost = mount.host === '' ? host : mount.host;
      add(ownHost + mount.path, ownHost, mount.path);
      visit(mount.application, ownHost);
    }
    for (const { key } of guards) {
      const slash = key.indexOf('/');
      const ownHost = slash > 0 ? key.slice(0, slash) : host;
      const path = below(basePath, key.slice(Math.max(0, slash)));
      add(`guard ${ownHost}${path}`, ownHost, path);
    }
  };
  add('/', '', '/');
  visit(application, '');
  return [...places.values()];
}

/** `('/shop', '/')` → `/shop`, `('', '/')` → `/` */
function below(basePath: string, path: string): string {
  return (path === '/' ? basePath : basePath + path) || '/';
}
