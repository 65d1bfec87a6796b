import type { RequestContext } from './context.js';
import type { GuardDescription } from './description.js';
import { ViaductTypeError } from './errors.js';
import { HostTable } from './host-table.js';
import { parseMountKey } from './mount-key.js';
import { decodeAll, wideReadings } from './readings.js';
import type { RequestHead } from './request-head.js';
import { type ParsedTarget, pathBelow, type Target } from './target.js';

/**
 * Decides whether a request goes on to the application: by answering it, by throwing (500), or by
 * returning nothing. May put values into `context.state`.
 */
export type Guard = (
  head: RequestHead,
  context: RequestContext,
) => Response | void | Promise<Response | void>;

/** Guards by path, or by host and path, as mounts are. */
export type Guards = Readonly<Record<string, Guard>>;

/** Which guards a request must pass. */
export class GuardTable {
  readonly #hosts = new HostTable<OrderedGuard>();
  readonly #isEmpty: boolean;
  /** In order of declaration. */
  readonly descriptions: readonly GuardDescription[];

  /**
   * @throws {ViaductTypeError} `VIADUCT_E_GUARD`, `VIADUCT_E_MOUNT_KEY` or `VIADUCT_E_MOUNT_DUPLICATE`, naming the key and
   * what to write.
   */
  constructor(guards: Guards) {
    const keys = Object.entries(guards).map(([written, guard]) => {
      if (typeof guard !== 'function') {
        throw new ViaductTypeError(
          'VIADUCT_E_GUARD',
          `createDispatcher: guard "${written}": expected a function (head, context) => Response | void, got ${typeof guard}.`,
        );
      }
      const key = parseMountKey(written, 'createDispatcher: guard');
      return { ...key, path: decodeAll(key.path).toLowerCase(), guard };
    });
    this.#isEmpty = keys.length === 0;
    this.descriptions = keys.map(({ written, guard }) => ({ key: written, name: guard.name }));
    const seen = new Map<string, string>();
    for (const { host, path, guard, written } of keys) {
      // A path begins with a slash, or is empty: together they are one thing only.
      const place = host + path;
      const before = seen.get(place);
      seen.set(place, written);
      if (before !== undefined) {
        throw new ViaductTypeError(
          'VIADUCT_E_MOUNT_DUPLICATE',
          `createDispatcher: guards "${before}" and "${written}" are the same: guards ignore case and a slash at the end. Keep one of them.`,
        );
      }
      this.#hosts.add(host, path, {
        key: written,
        guard,
        depth: path.length,
        hasHost: host !== '',
        chain: [],
      });
    }
    if (this.#hosts.hasHosts) return;
    const { anyHost } = this.#hosts;
    for (const { path } of keys) {
      const entry = anyHost.longest(path);
      entry?.chain.push(...Array.from(anyHost.along(path), ({ guard }) => guard));
    }
  }

  /** Whether {@link applying} asks for the host. */
  get hasHosts(): boolean {
    return this.#hosts.hasHosts;
  }

  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /**
   * The guards to run, from outer to inner: each whose key is a prefix of any path that a router could
   * read in the target, with case folded and `;` parameters dropped.
   *
   * @param basePath Where the dispatcher that asks is mounted; matching begins behind it.
   * @param host Value of a `Host` header that was found valid, or `''`.
   * @returns `undefined` when the target has too many readings to tell: it must be refused.
   */
  applying(target: ParsedTarget, basePath: string, host: string): readonly Guard[] | undefined {
    // One reading and one tree, as nearly always: the guards of each key are in order already.
    if (typeof target === 'string' && !this.#hosts.hasHosts) {
      return this.#hosts.anyHost.longest(inLowerCase(target), basePath.length)?.chain ?? NONE;
    }
    return this.#inOrder(target, basePath, host)?.map(({ guard }) => guard);
  }

  /** {@link applying}, for those who only want to know. */
  wouldApply(target: ParsedTarget, basePath: string, host: string): readonly GuardDescription[] | undefined {
    return this.#inOrder(target, basePath, host)?.map(({ key, guard }) => ({ key, name: guard.name }));
  }

  #inOrder(target: ParsedTarget, basePath: string, host: string): readonly OrderedGuard[] | undefined {
    const readings = readingsFor(target, basePath);
    if (readings === undefined) return undefined;
    const found = new Set<OrderedGuard>();
    for (const reading of readings) {
      for (const tree of this.#hosts.treesOf(host)) {
        for (const guard of tree.along(reading)) found.add(guard);
      }
    }
    return found.size < 2 ? [...found] : [...found].toSorted(outerFirst);
  }
}

/** Of what this dispatcher's applications will see: a target that leads out of it and in again is refused above. */
function readingsFor(target: ParsedTarget, basePath: string): readonly string[] | undefined {
  const path = pathBelow(target, basePath);
  return typeof target === 'string' ? [path.toLowerCase()] : wideReadings(path + fragmentOf(target));
}

/** An application may read on where every router that we know stops. */
function fragmentOf({ tail }: Target): string {
  return tail.startsWith('#') ? tail : '';
}

const NONE: readonly Guard[] = [];

/** Up to the query. Most paths are: `toLowerCase` calls into the runtime all the same. */
function inLowerCase(target: string): string {
  for (let index = 0; index < target.length; index += 1) {
    const character = target.charCodeAt(index);
    if (character === QUESTION_MARK) return target;
    if (character >= CAPITAL_A && character <= CAPITAL_Z) return target.toLowerCase();
  }
  return target;
}

const CAPITAL_A = 0x41;
const CAPITAL_Z = 0x5a;
const QUESTION_MARK = 0x3f;

/**
 * Asks guards one after the other, until one answers.
 *
 * @returns A promise only where a guard gives one. Throws, or rejects, what a guard throws.
 */
export function runGuards(
  guards: readonly Guard[],
  head: RequestHead,
  context: RequestContext,
): ReturnType<Guard> {
  for (let index = 0; index < guards.length; index += 1) {
    const refusal = guards[index]?.(head, context);
    if (refusal === undefined) continue;
    const others = guards.slice(index + 1);
    return others.length === 0 ? refusal : awaitGuards(refusal, others, head, context);
  }
  return undefined;
}

async function awaitGuards(
  pending: ReturnType<Guard>,
  others: readonly Guard[],
  head: RequestHead,
  context: RequestContext,
): Promise<Response | void> {
  const refusal = await pending;
  return refusal === undefined ? runGuards(others, head, context) : refusal;
}

interface OrderedGuard {
  readonly key: string;
  readonly guard: Guard;
  readonly depth: number;
  readonly hasHost: boolean;
  /** It and those before it on its path, from outer to inner: filled where there are no hosts. */
  readonly chain: Guard[];
}

function outerFirst(left: OrderedGuard, right: OrderedGuard): number {
  return left.depth - right.depth || Number(left.hasHost) - Number(right.hasHost);
}
