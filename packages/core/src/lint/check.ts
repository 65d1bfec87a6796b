/** Who has to mend what a check found. */
export type Blame = 'application' | 'server' | 'middleware';

/** An `error` breaks the contract; a `warning` is nearly always a mistake, but is never thrown. */
export type Severity = 'error' | 'warning';

/** One rule of the contract. The comment above each is its text in SPEC.md. */
export interface Check {
  /** Stable: programs, and the option `ignore`, name it. */
  readonly id: string;
  readonly blames: Blame;
  readonly severity: Severity;
  /** What is demanded, to be read after the name of the side at fault: `must answer with a Response`. */
  readonly message: string;
  /** What to do about it. */
  readonly cure: string;
}

/** A rule that can be told from a head alone. */
export interface HeadCheck<Facts> extends Check {
  /** What is wrong, or `undefined`. */
  find(facts: Facts): string | undefined;
}

/** The checks of one group, by id. */
export type Checks<Id extends string, Kind extends Check = Check> = {
  readonly [Name in Id]: Kind & { readonly id: Name };
};
