import type { GuardDescription } from '@viaduct/core';
import type { DescribedApplication, DescribedMount, DescribedRoute } from './described-application.js';

/**
 * Who answers what, to be read on a terminal: a line for each mount, and below it what is known of its routes.
 *
 * Dispatchers inside dispatchers are dissolved: paths are whole, and guards add up.
 */
export function routesTable(application: DescribedApplication): string {
  const blocks = blocksOf(application, '', []);
  const rows = [
    ['HOST', 'PATH', 'HOW', 'APPLICATION', 'FRAMEWORK', 'GUARDS'],
    ...blocks.map(({ row }) => row),
  ];
  const lines = align(rows);
  const width = Math.max(0, ...blocks.flatMap(({ routes }) => routes.map(([methods]) => methods.length)));
  const text = blocks.flatMap(({ routes, remarks }, index) => [
    lines[index + 1] ?? '',
    ...routes.map(([methods, path]) => `  ${methods.padEnd(width)}  ${path}`),
    ...remarks.map((remark) => `  ${remark}`),
  ]);
  return [lines[0] ?? '', ...text].join('\n');
}

interface Block {
  readonly row: readonly string[];
  readonly routes: readonly (readonly [methods: string, path: string])[];
  readonly remarks: readonly string[];
}

function blocksOf(
  application: DescribedApplication,
  host: string,
  guards: readonly GuardDescription[],
): Block[] {
  const { mounts } = application;
  if (mounts === undefined) return [leafBlock(application, { host, path: '/', how: 'alone' }, guards)];
  return mounts.flatMap((mount) => {
    const passed = [...guards, ...mount.guardedBy];
    const ownHost = mount.host === '' ? host : mount.host;
    if (mount.application.mounts !== undefined) {
      return [...blocksOf(mount.application, ownHost, passed), ...guardRemarks(mount, ownHost)];
    }
    const how = mount.strip ? 'mounted' : 'delegated';
    return [leafBlock(mount.application, { host: ownHost, path: mount.path, how }, passed)];
  });
}

/** A dispatcher without mounts answers 404 to everything: it gets a line all the same. */
function guardRemarks({ application, path }: DescribedMount, host: string): Block[] {
  if (application.mounts?.length !== 0) return [];
  return [leafBlock(application, { host, path, how: 'empty' }, [])];
}

function leafBlock(
  application: DescribedApplication,
  { host, path, how }: { readonly host: string; readonly path: string; readonly how: string },
  guards: readonly GuardDescription[],
): Block {
  const { name, framework = 'unknown', routes, besides = [] } = application;
  const named = guards.map((guard) => guard.name || `guard of ${guard.key}`).join(', ') || '-';
  const remarks = besides.map((words) => `and ${words}, which may answer too`);
  if (routes === undefined && besides.length === 0) remarks.push('its routes are not known');
  return {
    row: [host || '*', path, how, name, framework, named],
    routes: (routes ?? []).map((route) => [inOrder(route.methods).join(' '), describeRoute(route)]),
    remarks,
  };
}

/** GET and HEAD first, the others as they are told. */
function inOrder(methods: readonly string[]): string[] {
  const first = ['GET', 'HEAD'].filter((method) => methods.includes(method));
  return [...first, ...methods.filter((method) => !first.includes(method))];
}

function describeRoute({ wholePath, condition }: DescribedRoute): string {
  return condition === undefined ? wholePath : `${wholePath}  (${condition})`;
}

/** All guards of all dispatchers, outermost first, each with the path that it covers. */
export function guardsTable(application: DescribedApplication): string {
  const rows = guardRows(application);
  if (rows.length === 0) return '';
  return align([['GUARD', 'COVERS'], ...rows]).join('\n');
}

function guardRows({ guards = [], basePath, mounts = [] }: DescribedApplication): string[][] {
  const own = guards.map(({ key, name }) => {
    const slash = key.indexOf('/');
    return [
      name || 'unnamed',
      `${key.slice(0, Math.max(0, slash))}${basePath}${key.slice(Math.max(0, slash))}`,
    ];
  });
  return [...own, ...mounts.flatMap((mount) => guardRows(mount.application))];
}

function align(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_cell, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
