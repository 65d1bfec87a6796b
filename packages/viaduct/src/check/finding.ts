/** Something that `viaduct check` has found. */
export interface Finding {
  /**
   * Stable: `load`, `start`, `stop`, `open-handles`, `unhandled`, `exit`, `silent`, `failed`,
   * `disagrees`, `unguarded`, or the id of a lint check.
   */
  readonly id: string;
  /** Whose fault it is. */
  readonly blames: 'application' | 'middleware' | 'server';
  /** Keys of the mounts that lead to whom it is about, where it is one of them: `/api`, `/shop /cart`. */
  readonly mount?: string | undefined;
  readonly message: string;
  /** What to do about it. */
  readonly cure: string;
}

/** What the throw-away process tells, in the order in which it gets there. */
export type CheckMessage =
  | { readonly type: 'stage'; readonly stage: Stage }
  | { readonly type: 'finding'; readonly finding: Finding }
  | { readonly type: 'place'; readonly name: string }
  | { readonly type: 'tried'; readonly requests: number };

export type Stage = 'load' | 'start' | 'try' | 'stop' | 'end';
