/**
 * How one setting is written and read: what flags, environment, configuration file, help and documentation are
 * made from.
 */
export interface Option<Value> {
  /** One line for `--help` and the table of settings; begins in lower case, ends without a dot. */
  readonly help: string;
  /** What `--help` shows for the value: `<ms>`. A switch has none. */
  readonly placeholder: string | undefined;
  /** Heading in `--help`. */
  readonly group: string;
  readonly default: Value;
  /** A letter for the short form. */
  readonly short?: string;
  /** Writes a value as it is written, where that is not what `String` makes of it. */
  readonly show?: (value: unknown) => string;
  /**
   * Reads a text from the command line or the environment, or a value of the configuration file.
   *
   * @throws {ValueError} When it is none, with what to write instead.
   */
  read(value: unknown): Value;
}

/** A value that an option cannot have. Its message says what to write instead, and nothing else. */
export class ValueError extends Error {}

/** What all kinds of options have. */
interface Description<Value> {
  readonly help: string;
  readonly group: string;
  readonly default: Value;
  readonly short?: string;
}

/** Any text, or one of a certain form. */
export function text<Value extends string | undefined>(
  description: Description<Value> & {
    readonly placeholder: string;
    readonly form?: { readonly pattern: RegExp; readonly instead: string };
  },
): Option<Value | string> {
  const { form = { pattern: /./, instead: 'Write a text.' }, ...rest } = description;
  return {
    ...rest,
    read(value) {
      if (typeof value === 'string' && form.pattern.test(value)) return value;
      throw new ValueError(form.instead);
    },
  };
}

/** One of some words. */
export function choice<const Word extends string>(
  description: Description<Word> & { readonly words: readonly Word[] },
): Option<Word> {
  const { words, ...rest } = description;
  return {
    ...rest,
    placeholder: words.join('|'),
    read(value) {
      const word = words.find((candidate) => candidate === value);
      if (word !== undefined) return word;
      throw new ValueError(`Write one of ${words.join(', ')}.`);
    },
  };
}

/** On or off. */
export function toggle(description: Description<boolean>): Option<boolean> {
  return {
    ...description,
    placeholder: undefined,
    read(value) {
      if (value === true || value === 'true' || value === '1') return true;
      if (value === false || value === 'false' || value === '0') return false;
      throw new ValueError('Write true or false.');
    },
  };
}

/** A whole number. */
export function integer(
  description: Description<number> & {
    readonly placeholder: string;
    readonly min: number;
    readonly max?: number;
  },
): Option<number> {
  const { min, max = Number.MAX_SAFE_INTEGER, ...rest } = description;
  return {
    ...rest,
    read(value) {
      const number = readNumber(value);
      if (Number.isInteger(number) && number >= min && number <= max) return number;
      const upTo = max === Number.MAX_SAFE_INTEGER ? 'or more' : `to ${max}`;
      throw new ValueError(`Write a whole number, ${min} ${upTo}.`);
    },
  };
}

const MILLISECONDS = { '': 1, ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
const BYTES: Readonly<Record<string, number>> = { '': 1, b: 1, kb: 2 ** 10, mb: 2 ** 20, gb: 2 ** 30 };

/** Node's timers hold 2^31 − 1 ms, and fire at once beyond. Less, since times are added up: a second for `stop()`. */
const LONGEST_MS = 24 * 24 * MILLISECONDS.h;

/** What a measure may have besides. */
interface MeasureDescription extends Description<number> {
  /** Default 0. */
  readonly min?: number;
}

/** A duration in milliseconds; as a text also `30s`, `1.5m`. */
export function duration(description: MeasureDescription): Option<number> {
  return measure(description, {
    placeholder: '<time>',
    units: MILLISECONDS,
    max: LONGEST_MS,
    instead: 'Write milliseconds, or a number with a unit: 500ms, 30s, 2m, 1h.',
  });
}

/** A size in bytes; as a text also `512mb`, in units of 1,024. */
export function size(description: MeasureDescription): Option<number> {
  return measure(description, {
    placeholder: '<size>',
    units: BYTES,
    max: Number.MAX_SAFE_INTEGER,
    instead: 'Write bytes, or a number with a unit: 64kb, 512mb, 1gb.',
  });
}

interface Measure {
  readonly placeholder: string;
  readonly units: Readonly<Record<string, number>>;
  readonly max: number;
  readonly instead: string;
}

function measure(
  { min = 0, ...description }: MeasureDescription,
  { placeholder, units, max, instead }: Measure,
): Option<number> {
  return {
    ...description,
    placeholder,
    show: (value) => withUnit(Number(value), units),
    read(value) {
      const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(String(value)) ?? [];
      const factor = units[unit.toLowerCase()];
      if (digits === undefined || factor === undefined) throw new ValueError(instead);
      const measured = Math.round(Number(digits) * factor);
      if (measured < min) throw new ValueError(`Write ${withUnit(min, units)} or more.`);
      if (measured > max) throw new ValueError(`Write ${withUnit(max, units)} or less.`);
      return measured;
    },
  };
}

/** In the largest unit that it is whole in: `90000` → `90s`, `0` → `0`. */
function withUnit(value: number, units: Readonly<Record<string, number>>): string {
  const fitting = Object.entries(units).filter(([unit, factor]) => unit !== '' && value % factor === 0);
  const [unit, factor] = fitting.at(-1) ?? ['', 1];
  return value === 0 ? '0' : `${value / factor}${unit}`;
}

/** Several texts: a flag that is repeated, a text with commas, or an array. */
export function list(
  description: Description<readonly string[]> & { readonly placeholder: string },
): Option<readonly string[]> {
  return {
    ...description,
    read(value) {
      const items: unknown = typeof value === 'string' ? value.split(',') : value;
      if (Array.isArray(items) && items.every((item) => typeof item === 'string' && item.trim() !== ''))
        return items.map((item: string) => item.trim());
      throw new ValueError('Write texts with commas between, or an array of texts.');
    },
  };
}

/** `''` is no number, though `Number('')` is 0. */
export function readNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}
