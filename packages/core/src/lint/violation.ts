import { ViaductError } from '../errors.js';
import type { Blame, Check, Severity } from './check.js';

/** Which way an exchange came: `upgrade` and `stop` belong to no exchange. */
export type LintPlace = 'web' | 'node' | 'upgrade' | 'stop';

/** One breach of the contract. */
export interface Violation {
  /** The check's stable id, as in SPEC.md. */
  readonly id: string;
  readonly blames: Blame;
  readonly severity: Severity;
  /** Everything below in one sentence or two, with the side at fault and the cure. */
  readonly message: string;
  readonly cure: string;
  /** What was found. */
  readonly detail: string;
  /** The name of the application that was wrapped. */
  readonly application: string;
  readonly face: LintPlace;
  /** `GET /path`, as it came on the wire; `''` where there was no request. */
  readonly request: string;
  /** Whether it was found after the head of the answer had gone out, when nothing can be thrown any more. */
  readonly isLate: boolean;
}

/** Thrown in mode `throw`, with the code `VIADUCT_E_LINT`. */
export class LintError extends ViaductError {
  override readonly name: string = 'LintError';
  readonly violation: Violation;

  constructor(violation: Violation) {
    super('VIADUCT_E_LINT', violation.message);
    this.violation = violation;
  }
}

/** Where and when something was found. */
export interface Occasion {
  readonly application: string;
  readonly face: LintPlace;
  readonly request: string;
  readonly isLate: boolean;
}

export function toViolation(check: Check, detail: string, occasion: Occasion): Violation {
  const { id, blames, severity, cure } = check;
  const where = occasion.request === '' ? occasion.face : `${occasion.request}, ${occasion.face} face`;
  const message = `lint ${id}: ${sideAtFault(blames, occasion.application)} ${check.message}: ${detail}. ${cure} (${where})`;
  return { id, blames, severity, message, cure, detail, ...occasion };
}

function sideAtFault(blames: Blame, application: string): string {
  if (blames === 'application') return application;
  if (blames === 'server') return `the server or bridge in front of ${application}`;
  return `a middleware or dispatcher around ${application}`;
}
