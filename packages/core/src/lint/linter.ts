import type { Application } from '../application.js';
import type { Check } from './check.js';
import { LintError, type Occasion, toViolation, type Violation } from './violation.js';

/** What `lint` takes besides the application. */
export interface LintOptions {
  /**
   * `warn`: every breach is reported and nothing changes: for development.
   * `throw`: what is found before the head of the answer goes out is thrown: an application's fault becomes
   * 500 and reaches `onError`; a server's or middleware's fault is thrown to it. For tests. Default `warn`.
   */
  readonly mode?: 'throw' | 'warn';
  /** Told of every violation, thrown or not. Default: the console, in mode `warn` once for each check. */
  readonly onViolation?: (violation: Violation) => void;
  /** Ids of checks to leave out, for what an application does on purpose: `['S10']`. */
  readonly ignore?: readonly string[];
  /** How long an application may think before C4 warns. Default 30,000. */
  readonly answerTimeoutMs?: number;
  /** `true`: the application reads whole bodies on purpose, as a body-changing middleware may (M2). Default `false`. */
  readonly buffers?: boolean;
}

/** One wrapped application's options, and what it has reported already. */
export class Linter {
  readonly application: string;
  readonly answerTimeoutMs: number;
  readonly buffers: boolean;
  /** Exchanges whose end was not announced yet. */
  open = 0;
  /** Responses that were returned already. */
  readonly answered: WeakSet<object> = new WeakSet();
  readonly #mode: 'throw' | 'warn';
  readonly #onViolation: ((violation: Violation) => void) | undefined;
  readonly #ignored: ReadonlySet<string>;
  readonly #printed = new Set<string>();

  constructor({ name }: Application, options: LintOptions) {
    this.application = name === undefined ? 'the application' : `application "${name}"`;
    this.#mode = options.mode ?? 'warn';
    this.#onViolation = options.onViolation;
    this.#ignored = new Set(options.ignore);
    this.answerTimeoutMs = options.answerTimeoutMs ?? 30_000;
    this.buffers = options.buffers ?? false;
  }

  /**
   * Tells of a violation.
   *
   * @throws {LintError} In mode `throw`, unless it comes late or is a warning.
   */
  tell(check: Check, detail: string, occasion: Omit<Occasion, 'application'>): void {
    if (this.#ignored.has(check.id)) return;
    const violation = toViolation(check, detail, { application: this.application, ...occasion });
    const isThrown = this.#mode === 'throw' && violation.severity === 'error' && !violation.isLate;
    if (this.#onViolation !== undefined) this.#onViolation(violation);
    else if (!isThrown) this.#print(violation);
    if (isThrown) throw new LintError(violation);
  }

  #print(violation: Violation): void {
    if (this.#mode === 'warn' && this.#printed.has(violation.id)) return;
    this.#printed.add(violation.id);
    if (violation.severity === 'error' && violation.isLate) console.error(violation.message);
    else console.warn(violation.message);
  }
}
