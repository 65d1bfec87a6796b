import { readFileSync } from 'node:fs';

/** What came of a request that carried no pass. */
export type Verdict =
  /** The guard ran, and answered. */
  | 'guarded'
  /** A handler that is not protected ran. */
  | 'passed'
  /** Nothing of the application ran; the status is an error. */
  | 'refused'
  /** Nothing of the application ran; the server answered for itself, as it does for `OPTIONS *`. */
  | 'answered'
  /** The protected handler ran and the guard did not: the bug that this corpus looks for. */
  | 'exposed'
  /** The connection was closed without an answer. */
  | 'closed'
  /** Nothing came in time. */
  | 'silent';

/** One request of the corpus, and what must come of it. */
export interface PathCase {
  /** Stable, such as `P3.1`. */
  readonly id: string;
  /** Each character is one byte, as on the wire. */
  readonly target: string;
  /** So many `x` are appended to the target. */
  readonly padding?: number;
  /** Default `GET`. */
  readonly method?: string;
  /** Default `1.1`. */
  readonly version?: string;
  /** The header lines, each character one byte. Default: one valid `Host`. */
  readonly headers?: readonly string[];
  /** The verdicts that hold. */
  readonly expect: readonly Verdict[];
  /** The statuses that a refusal may have. Default: any. */
  readonly status?: readonly number[];
  /** The target that a handler must see, where one runs and tells. */
  readonly seen?: string;
  /** What readers of paths make of the target, by what they do to it. */
  readonly readings?: Readonly<Record<string, string>>;
  readonly why: string;
  /** Advisories, issues and standards where the case was learnt. */
  readonly sources?: readonly string[];
}

/** Targets that lead to the protected handler, or seem to: group P of the conformance cases. */
export const targetCases: readonly PathCase[] = read('targets');

/** Host lines, absolute targets, and methods that are no requests for a page. */
export const hostCases: readonly PathCase[] = read('hosts');

/** Targets that real clients send: none may be refused or changed. */
export const benignCases: readonly PathCase[] = read('benign');

/** All of them. */
export const pathCorpus: readonly PathCase[] = [...targetCases, ...hostCases, ...benignCases];

function read(name: string): readonly PathCase[] {
  const file = new URL(`../../corpus/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as readonly PathCase[];
}
