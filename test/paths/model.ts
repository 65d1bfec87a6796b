/**
 * How a target is read, written down a second time from the design alone, and as plainly as it can be: no
 * tree, no scan, no cache. Slow. It knows nothing of the code that it is compared with.
 */
export interface ModelTable {
  readonly mounts: readonly { readonly key: string; readonly strip: boolean }[];
  readonly guards: readonly string[];
}

export interface ModelVerdict {
  /** The key of the mount that owns the target, `none`, or `refused`. */
  readonly mount: string;
  /** What the application is given: the canonical path, below its mount when it is mounted, with the query. */
  readonly delivered: string | undefined;
  /** Keys of the guards that must run, whatever else runs. */
  readonly guards: ReadonlySet<string>;
  /** How many readings there are for guards: beyond some number, a target may be refused unread. */
  readonly readings: number;
}

const REFUSED: ModelVerdict = { mount: 'refused', delivered: undefined, guards: new Set(), readings: 0 };

/** "Unanimity": all readings reach one mount, or the target is refused; a guard runs when any reading falls under it. */
export function judge(target: string, table: ModelTable): ModelVerdict {
  const origin = toOriginForm(target);
  if (origin === undefined) return REFUSED;
  const [rawPath, tail] = splitTail(origin);
  const decoded = decodeUnreservedOnce(rawPath);
  // Where decoding makes something to decode again, it is left to the application.
  const path = decodeUnreservedOnce(decoded) === decoded ? decoded : rawPath;
  const wide = widely(path, tail);
  const guards = new Set(table.guards.filter((key) => wide.some((reading) => isUnder(reading, key))));
  const seen = { guards, readings: wide.length };

  const owners = new Set(everyReading([path], STEPS).map((reading) => ownerOf(reading, table)));
  const [mount = 'none'] = owners;
  if (owners.size > 1) return { ...REFUSED, ...seen };
  const strip = table.mounts.find(({ key }) => key === mount)?.strip ?? false;
  const base = strip && mount !== '/' ? mount : '';
  const rest = base === '' ? path : collapse(path.slice(base.length));
  if (base !== '' && leavesItsRoot(rest)) return { ...REFUSED, ...seen };
  return { mount, delivered: mount === 'none' ? undefined : (rest === '' ? '/' : rest) + tail, ...seen };
}

/** Origin-form, or absolute-form of http without userinfo. */
function toOriginForm(target: string): string | undefined {
  if (target.startsWith('/')) return target;
  const scheme = ['http://', 'https://'].find((each) => target.toLowerCase().startsWith(each));
  if (scheme === undefined) return undefined;
  const rest = target.slice(scheme.length);
  let end = 0;
  while (end < rest.length && !'/?#'.includes(rest.charAt(end))) end += 1;
  const authority = rest.slice(0, end);
  // The hosts of the generated targets: everything else is in the corpus.
  if (!/^[a-z.]+(?::\d+)?$/i.test(authority)) return undefined;
  const path = rest.slice(end);
  return path.startsWith('/') ? path : `/${path}`;
}

function splitTail(origin: string): [path: string, tail: string] {
  for (let index = 0; index < origin.length; index += 1) {
    if (origin[index] === '?' || origin[index] === '#') return [origin.slice(0, index), origin.slice(index)];
  }
  return [origin, ''];
}

function decodeUnreservedOnce(path: string): string {
  let decoded = '';
  for (let index = 0; index < path.length; index += 1) {
    const digits = path.slice(index + 1, index + 3);
    const isTriplet = path[index] === '%' && /^[0-9a-f]{2}$/i.test(digits);
    const character = isTriplet ? String.fromCharCode(Number.parseInt(digits, 16)) : '';
    if (/^[a-z0-9._~-]$/i.test(character)) {
      decoded += character;
      index += 2;
    } else decoded += path.charAt(index);
  }
  return decoded;
}

/** One path, or several where it can be applied at several places. */
type Step = (path: string) => string | readonly string[];

/** What a router may do to a path: each step by itself, in any order, as often as it changes anything. */
const STEPS: readonly Step[] = [
  (path) => path.split(/%2f/i).join('/'),
  (path) => path.split(/%5c/i).join('\\'),
  (path) => path.split('\\').join('/'),
  decodeUnreservedOnce,
  (path) => path.split(/\/\/+/).join('/'),
  resolveDots,
  behindHost,
];

/** Guards take the widest view: parameters dropped, one by one or with all that follows. Case is folded at the end. */
const WIDE_STEPS: readonly Step[] = [
  ...STEPS,
  (path) =>
    path
      .split('/')
      .map((segment) => segment.split(';')[0])
      .join('/'),
  (path) => path.split(';')[0] ?? '',
  // Whatever stands before it may be the mount of an application that reads a host there.
  (path) =>
    Array.from(path, (_, index) =>
      /[/\\]/.test(path.charAt(index - 1)) ? path : path.slice(0, index) + behindHost(path.slice(index)),
    ),
];

function everyReading(starts: readonly string[], steps: readonly Step[]): string[] {
  const found = new Set<string>();
  const visit = (reading: string): void => {
    if (found.has(reading)) return;
    found.add(reading);
    for (const step of steps) for (const next of [step(reading)].flat()) visit(next);
  };
  for (const start of starts) visit(start);
  return [...found];
}

function widely(path: string, tail: string): string[] {
  const starts = tail.startsWith('#') ? [path, path + tail] : [path];
  const readings = [
    ...everyReading(starts, WIDE_STEPS),
    // Nothing is decoded twice.
    ...everyReading(starts.map(decodeWhole), WIDE_STEPS.slice(2)),
  ];
  return readings.map((reading) => decodeWhole(reading).toLowerCase());
}

/** Programs that put a base in front of a path take `//host/x` for a host and `/x`. */
function behindHost(path: string): string {
  if (!/^[/\\]{2}/.test(path)) return path;
  let index = 0;
  while (path[index] === '/' || path[index] === '\\') index += 1;
  while (index < path.length && path[index] !== '/' && path[index] !== '\\') index += 1;
  return `/${path.slice(index + 1)}`;
}

function decodeWhole(path: string): string {
  return path.replaceAll(/(?:%[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });
}

function resolveDots(path: string): string {
  const out: string[] = [];
  const segments = path.split('/').slice(1);
  for (const [index, segment] of segments.entries()) {
    if (segment === '..') out.pop();
    const isDot = segment === '.' || segment === '..';
    if (!isDot) out.push(segment);
    if (isDot && index === segments.length - 1) out.push('');
  }
  return `/${out.join('/')}`;
}

function isUnder(reading: string, key: string): boolean {
  return key === '/' || reading === key || reading.startsWith(`${key}/`) || reading.startsWith(`${key}?`);
}

function ownerOf(reading: string, { mounts }: ModelTable): string {
  let owner = 'none';
  let length = -1;
  for (const { key } of mounts) {
    const isOwner = key === '/' || reading === key || reading.startsWith(`${key}/`);
    if (isOwner && key.length > length) {
      owner = key;
      length = key.length;
    }
  }
  return owner;
}

/** What a mounted application sees never begins with two slashes, nor with what browsers take for two. */
function collapse(rest: string): string {
  return /^\/[/\\]/.test(rest) ? `/${rest.replace(/^[/\\]+/, '')}` : rest;
}

/** Whether a mounted application could read a path above its own root. */
function leavesItsRoot(rest: string): boolean {
  return everyReading([rest], STEPS.slice(0, 4)).some((reading) => {
    let depth = 0;
    for (const segment of reading.split('/')) {
      const [name] = segment.split(';');
      if (name === '..') depth -= 1;
      else if (name !== '' && name !== '.') depth += 1;
      if (depth < 0) return true;
    }
    return false;
  });
}
