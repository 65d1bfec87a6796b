import type { Application, GuardDescription, Mount, RouteDescription, TableDescription } from '@viaduct/core';
import { describeSafely } from './describe-safely.js';

/** An application and everything below it, as plain data: `viaduct routes --json` prints it. */
export interface DescribedApplication {
  readonly name: string;
  /** Left out when it does not tell. */
  readonly framework?: string;
  /** Where it is mounted: `''` or `/a/b`. */
  readonly basePath: string;
  /** The table, where it is a dispatcher, in order of declaration. */
  readonly mounts?: readonly DescribedMount[];
  readonly guards?: readonly GuardDescription[];
  /** Left out when nothing is known of them. */
  readonly routes?: readonly DescribedRoute[];
  /** What may answer besides the routes, in words. */
  readonly besides?: readonly string[];
}

export interface DescribedMount {
  /** As the user wrote it. */
  readonly key: string;
  /** `''` for every host. */
  readonly host: string;
  /** The whole path, from the outermost dispatcher: `/` or `/a/b`. */
  readonly path: string;
  /** `true`: mounted, sees the path below; `false`: delegated to, sees the whole path. */
  readonly strip: boolean;
  /** The guards of its dispatcher that every request for it must pass, outermost first. */
  readonly guardedBy: readonly GuardDescription[];
  readonly application: DescribedApplication;
}

export interface DescribedRoute extends RouteDescription {
  /** As clients ask for it: with the base path of the application in front. */
  readonly wholePath: string;
}

/** @param application Started, where the routes of frameworks that load plugins are to be known. */
export function describeApplication(application: Application, basePath = ''): DescribedApplication {
  const { framework, table, routes, besides } = describeSafely(application);
  return {
    name: application.name ?? framework ?? 'unnamed',
    ...(framework === undefined ? {} : { framework }),
    basePath,
    ...(table === undefined
      ? {}
      : { mounts: table.mounts.map((mount) => describeMount(mount, table, basePath)), guards: table.guards }),
    ...(routes === undefined
      ? {}
      : { routes: routes.map((route) => ({ ...route, wholePath: basePath + route.path })) }),
    ...(besides === undefined ? {} : { besides }),
  };
}

function describeMount(mount: Mount, table: TableDescription, basePath: string): DescribedMount {
  const host = mount.key.slice(0, Math.max(0, mount.key.indexOf('/')));
  const path = basePath + mount.path;
  const { guards = [] } = table.decide({
    target: path === '' ? '/' : path,
    basePath,
    host: host.replace('*', 'any'),
  });
  return {
    key: mount.key,
    host,
    path: path === '' ? '/' : path,
    strip: mount.strip,
    guardedBy: guards,
    application: describeApplication(mount.application, mount.strip ? path : basePath),
  };
}
