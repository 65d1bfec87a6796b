import { type PathCase, pathCorpus, type Verdict } from './corpus.js';
import { PASS, RAN, SEEN } from './protocol.js';
import { type Address, bytesOf, type RawAnswer, sendRaw } from './raw-request.js';

/** What {@link runPathCorpus} takes. */
export interface PathCorpusOptions {
  readonly port: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default: all of {@link pathCorpus}. */
  readonly cases?: readonly PathCase[];
  /** How many requests are under way at a time. Default 8. */
  readonly concurrency?: number;
  /** How long an answer is waited for. Default 5,000. */
  readonly timeoutMs?: number;
}

/** What came of one case. */
export interface PathResult {
  readonly case: PathCase;
  readonly verdict: Verdict;
  /** 0 when there was no answer. */
  readonly status: number;
  /** Who ran when the same request was sent with a pass; `undefined` when nobody did. */
  readonly ranWithPass: string | undefined;
  readonly statusWithPass: number;
  /** The target as a handler saw it, without or with a pass, where it told. */
  readonly seen: string | undefined;
  /** What is other than it must be, in words; `undefined` when all holds. */
  readonly fault: string | undefined;
}

/** What came of all of them. */
export interface PathReport {
  readonly results: readonly PathResult[];
  /** Those where the protected handler ran and the guard did not. */
  readonly exposed: readonly PathResult[];
  /** Those with a fault of any kind. */
  readonly faults: readonly PathResult[];
}

/**
 * Sends the corpus to a running server, byte for byte, and holds its answers to one law: *the protected
 * handler ran* implies *the guard ran*. Whatever is served, in whatever language: see `protocol.ts`.
 *
 * Each case is sent twice, without a pass and with one.
 *
 * @example
 * const { exposed } = await runPathCorpus({ port: 3000 });
 * assert.deepEqual(exposed.map((result) => result.case.id), []);
 */
export async function runPathCorpus(options: PathCorpusOptions): Promise<PathReport> {
  const { port, host = '127.0.0.1', cases = pathCorpus, concurrency = 8, timeoutMs = 5_000 } = options;
  const address = { port, host, timeoutMs };
  const results: PathResult[] = [];
  const left = cases.entries();
  async function work(): Promise<void> {
    for (const [index, pathCase] of left) results[index] = await runCase(pathCase, address);
  }
  await Promise.all(Array.from({ length: concurrency }, work));
  return {
    results,
    exposed: results.filter(({ verdict }) => verdict === 'exposed'),
    faults: results.filter(({ fault }) => fault !== undefined),
  };
}

async function runCase(pathCase: PathCase, address: Address): Promise<PathResult> {
  const plain = await sendRaw(bytesOf(pathCase, []), address);
  const passing = await sendRaw(bytesOf(pathCase, [`${PASS}: yes`]), address);
  const told = plain.headers.get(SEEN) ?? passing.headers.get(SEEN);
  const result = {
    case: pathCase,
    verdict: verdictOf(plain),
    status: plain.status,
    ranWithPass: passing.headers.get(RAN),
    statusWithPass: passing.status,
    seen: told === undefined ? undefined : decodeURIComponent(told),
  };
  return { ...result, fault: faultOf(result) };
}

function verdictOf({ end, status, headers }: RawAnswer): Verdict {
  if (end !== 'answer') return end;
  const ran = headers.get(RAN);
  if (ran === 'guard') return 'guarded';
  if (ran === 'protected') return 'exposed';
  if (ran !== undefined) return 'passed';
  return status >= 400 ? 'refused' : 'answered';
}

function faultOf(result: Omit<PathResult, 'fault'>): string | undefined {
  const { verdict, status, seen, ranWithPass } = result;
  const { expect, status: statuses, seen: mustSee } = result.case;
  if (!expect.includes(verdict)) return `${verdict} (${status}), but must be ${expect.join(' or ')}`;
  if (verdict === 'refused' && statuses !== undefined && !statuses.includes(status)) {
    return `refused with ${status}, but must be with ${statuses.join(' or ')}`;
  }
  if (ranWithPass === 'guard') return 'refused by the guard although it had a pass';
  if (mustSee !== undefined && seen !== undefined && seen !== mustSee) {
    return `the handler saw ${JSON.stringify(seen)}, but must see ${JSON.stringify(mustSee)}`;
  }
  return undefined;
}
