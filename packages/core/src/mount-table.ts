import { type Application, type ApplicationLike, toApplication } from './application.js';
import type { Reading } from './description.js';
import { ViaductTypeError } from './errors.js';
import type { ErrorListener } from './gateway.js';
import { checkLimits, type RequestLimits } from './limits.js';
import { HostTable } from './host-table.js';
import { type MountKey, parseMountKey } from './mount-key.js';
import type { Mount, MountStatus } from './mount-point.js';
import { climbs } from './readings.js';
import { type ParsedTarget, pathBelow, readingsBelow } from './target.js';

/** A mount as its dispatcher holds it: its status is a field, since the hot path reads it. */
export interface OwnMount extends Mount {
  status: MountStatus;
}

/** An application with the way it is handed its requests. */
export interface MountOptions extends RequestLimits {
  readonly application: ApplicationLike;
  /**
   * `true` (default): mounted, the application sees the path below its base path.
   * `false`: delegated to, it sees the whole path.
   */
  readonly strip?: boolean;
  /**
   * `true`: a redirect of the application to `/x` leaves as one to `/shop/x`, where the application is mounted at
   * `/shop`. For an application that is mounted and does not know its base path. Default `false`: as it was written.
   */
  readonly rewriteLocation?: boolean;
}

/** Applications by path, or by host and path: `{ '/': shop, '/api': api, 'admin.example.com/': admin }`. */
export type Mounts = Readonly<Record<string, ApplicationLike | MountOptions>>;

/** The answer for a target on whose mount its readings do not agree. */
export const AMBIGUOUS: unique symbol = Symbol('ambiguous target');

/** Which mount owns a target. */
export class MountTable {
  /** In order of declaration. */
  readonly mounts: readonly OwnMount[];
  readonly #hosts = new HostTable<Mount>();
  readonly isolatesHosts: boolean;

  /**
   * @throws {ViaductTypeError} `VIADUCT_E_MOUNT_TABLE`, `VIADUCT_E_MOUNT_KEY`, `VIADUCT_E_MOUNT_DUPLICATE` or
   * `VIADUCT_E_APPLICATION`, naming the key, what is wrong and what to write instead.
   */
  constructor(mounts: Mounts, isolateHosts: boolean, onError: ErrorListener | undefined) {
    this.isolatesHosts = isolateHosts;
    refuseOtherThanTable(mounts);
    const taken = new Map<string, string>();
    this.mounts = Object.entries(mounts).map(([written, value]) => {
      const key = parseMountKey(written, 'createDispatcher: mount');
      refuseDuplicate(key, taken);
      const mount = createMount(key, value, onError);
      this.#hosts.add(key.host, key.path, mount);
      return mount;
    });
  }

  get hasHosts(): boolean {
    return this.#hosts.hasHosts;
  }

  /**
   * The mount that all readings of a target agree on: the longest, and the one with a host before one without.
   *
   * @param basePath Where the dispatcher that asks is mounted; matching begins behind it.
   * @param host Value of a `Host` header that was found valid, or `''`.
   * @returns `undefined` when no mount applies, {@link AMBIGUOUS} when two readings reach different mounts.
   */
  match(target: ParsedTarget, basePath: string, host: string): Mount | undefined | typeof AMBIGUOUS {
    if (typeof target === 'string') return this.#longest(target, basePath.length, host);
    const [first, ...others] = readingsBelow(target, basePath);
    if (first === undefined) return AMBIGUOUS;
    const mount = this.#longest(first, 0, host);
    if (!others.every((reading) => this.#longest(reading, 0, host) === mount)) return AMBIGUOUS;
    const isStripped = mount !== undefined && mount.strip && mount.path !== '';
    return isStripped && climbs(pathBelow(target, basePath + mount.path)) ? AMBIGUOUS : mount;
  }

  /** Every reading of a target below a base path, with the mount that it leads to: what {@link match} compares. */
  owners(target: ParsedTarget, basePath: string, host: string): readonly Reading[] {
    const paths =
      typeof target === 'string' ? [pathBelow(target, basePath)] : readingsBelow(target, basePath);
    return paths.map((path) => ({ path, mount: this.#longest(path, 0, host) }));
  }

  #longest(path: string, from: number, host: string): Mount | undefined {
    if (!this.#hosts.hasHosts) return this.#hosts.anyHost.longest(path, from);
    const trees = this.#hosts.treesOf(host);
    for (const tree of trees) {
      const mount = tree.longest(path, from);
      if (mount !== undefined || (this.isolatesHosts && tree !== this.#hosts.anyHost)) return mount;
    }
    return undefined;
  }
}

function createMount(
  key: MountKey,
  value: ApplicationLike | MountOptions,
  onError: ErrorListener | undefined,
): OwnMount {
  const place = `createDispatcher: mount "${key.written}"`;
  const options: MountOptions = isMountOptions(value) ? value : { application: value };
  const { strip = true, rewriteLocation = false, maxBodyBytes, handlerTimeoutMs } = options;
  const limits = {
    ...(maxBodyBytes === undefined ? {} : { maxBodyBytes }),
    ...(handlerTimeoutMs === undefined ? {} : { handlerTimeoutMs }),
  };
  checkLimits(limits, place);
  for (const [option, given] of Object.entries({ strip, rewriteLocation })) {
    if (typeof given === 'boolean') continue;
    throw wrongOption(`${place}: ${option} is ${String(given)}. Write true or false.`);
  }
  if (rewriteLocation && !strip) {
    throw wrongOption(
      `${place}: rewriteLocation goes with a path that is stripped, and strip is false here. ` +
        'Leave one of them out: an application that sees the whole path redirects to the whole path.',
    );
  }
  const unknown = Object.keys(options).find((option) => !MOUNT_OPTIONS.has(option));
  if (unknown !== undefined) {
    throw wrongOption(
      `${place}: there is no option "${unknown}". Options of a mount are ${[...MOUNT_OPTIONS].join(', ')}.`,
    );
  }
  const application: Application = toApplication(options.application, place);
  return {
    key: key.written,
    path: key.path,
    application,
    strip,
    rewriteLocation,
    onError,
    status: 'stopped',
    ...limits,
  };
}

const MOUNT_OPTIONS: ReadonlySet<string> = new Set<keyof MountOptions>([
  'application',
  'strip',
  'rewriteLocation',
  'maxBodyBytes',
  'handlerTimeoutMs',
]);

function wrongOption(message: string): ViaductTypeError {
  return new ViaductTypeError('VIADUCT_E_OPTION', message);
}

function isMountOptions(value: ApplicationLike | MountOptions): value is MountOptions {
  return typeof value === 'object' && value !== null && 'application' in value && !('fetch' in value);
}

function refuseOtherThanTable(mounts: unknown): void {
  const expected = "Write an object of applications by path, such as { '/': shop, '/api': api }.";
  const isTable =
    typeof mounts === 'object' &&
    mounts !== null &&
    !Array.isArray(mounts) &&
    !(Symbol.iterator in mounts) &&
    typeof (mounts as { fetch?: unknown }).fetch !== 'function';
  if (!isTable) {
    throw new ViaductTypeError(
      'VIADUCT_E_MOUNT_TABLE',
      `createDispatcher: the first argument is no table of mounts. ${expected}`,
    );
  }
}

/** Keys that differ by case alone are refused too: some routers and file systems hold them for one path. */
function refuseDuplicate(key: MountKey, taken: Map<string, string>): void {
  const normalised = `${key.host}${key.path}/`.toLowerCase();
  const other = taken.get(normalised);
  if (other !== undefined) {
    const same =
      key.written.toLowerCase() === other.toLowerCase() ? 'differ only by case' : 'are the same mount';
    throw new ViaductTypeError(
      'VIADUCT_E_MOUNT_DUPLICATE',
      `createDispatcher: mounts "${other}" and "${key.written}" ${same}. Keep one of them.`,
    );
  }
  taken.set(normalised, key.written);
}
