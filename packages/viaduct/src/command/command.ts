import type { Option } from '../settings/option.js';

/** One sub-command of `viaduct`: the default export of the file with its name. */
export interface Command {
  /** What follows `viaduct` on the command line: `serve [module]`. */
  readonly usage: string;
  /** Sentences for `--help`, below the usage, in one line: it is broken where the terminal ends. */
  readonly description: string;
  /** What is written most, for `--help`. */
  readonly examples: readonly Example[];
  /** Its flags, by the key that they have in {@link Invocation.flags}. */
  readonly options: Readonly<Record<string, Option<unknown>>>;
  /** How many operands it takes at most. */
  readonly maxOperands: number;
  /** @returns What the process is to end with. */
  run(invocation: Invocation): Promise<number>;
}

/** A command line to copy. */
export interface Example {
  readonly command: string;
  /** What it does, in a few words; begins in lower case, ends without a dot. */
  readonly about: string;
}

/** A command line that was read. */
export interface Invocation {
  /** What is no flag: `['application.ts#application']`. */
  readonly operands: readonly string[];
  /** The flags that were given, read by their options. */
  readonly flags: ReadonlyMap<string, unknown>;
  /** Folder that relative paths begin at. */
  readonly cwd: string;
  /** Whether the user wants to see stacks. */
  readonly isVerbose: boolean;
}
