import { parseArgs, type ParseArgsConfig } from 'node:util';
import { resolve } from 'node:path';
import { EXIT } from '../exit-code.js';
import { nearest } from '../settings/nearest.js';
import { readValue } from '../settings/read-settings.js';
import { flagOf } from '../settings/spelling.js';
import type { Command, Invocation } from './command.js';
import { CommandError } from '../command-error.js';

/** Flags that every command takes, and what the help says of them. */
export const COMMON_FLAGS = {
  '--cwd': { placeholder: '<folder>', help: 'folder that relative paths begin at' },
  '--verbose': { placeholder: '', help: 'show stacks of errors' },
  '--help': { placeholder: '', help: 'show this' },
} as const;

/**
 * Reads what follows a command's name.
 *
 * @throws {CommandError} For a flag that there is not, a flag without its value, a wrong value, and too many operands.
 */
export function readCommandLine(command: Command, words: readonly string[]): Invocation {
  const keys = new Map(Object.keys(command.options).map((key) => [flagOf(key).slice(2), key]));
  const { values, positionals, tokens } = parse(command, words);
  const known = [...[...keys.keys()].map((name) => `--${name}`), ...Object.keys(COMMON_FLAGS)];
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    if (!known.includes(`--${token.name}`) && !isNegation(command, keys, token.name)) {
      throw new CommandError(
        EXIT.usage,
        `There is no flag ${token.rawName}.${nearest(token.rawName, known)} See viaduct ${nameOf(command)} --help.`,
      );
    }
  }
  if (positionals.length > command.maxOperands) {
    throw new CommandError(
      EXIT.usage,
      `"${positionals[command.maxOperands]}" is one operand too many. Usage: viaduct ${command.usage}`,
    );
  }
  const { cwd = '.' } = values;
  if (typeof cwd !== 'string' || cwd === '') throw withoutValue('cwd', COMMON_FLAGS['--cwd'].placeholder);
  return {
    operands: positionals,
    flags: readFlags(command, keys, values),
    cwd: resolve(cwd),
    isVerbose: values['verbose'] === true,
  };
}

function parse(command: Command, words: readonly string[]): Parsed {
  const options: NonNullable<ParseArgsConfig['options']> = {
    cwd: { type: 'string' },
    verbose: { type: 'boolean' },
  };
  for (const [key, { placeholder, short, default: initial }] of Object.entries(command.options)) {
    options[flagOf(key).slice(2)] = {
      type: placeholder === undefined ? 'boolean' : 'string',
      multiple: Array.isArray(initial),
      ...(short === undefined ? {} : { short }),
    };
  }
  return parseArgs({
    args: [...words],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  }) as unknown as Parsed;
}

interface Parsed {
  readonly values: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;
  readonly positionals: readonly string[];
  readonly tokens: readonly (
    | { readonly kind: 'option'; readonly name: string; readonly rawName: string }
    | { readonly kind: 'positional' | 'option-terminator' }
  )[];
}

function readFlags(
  command: Command,
  keys: ReadonlyMap<string, string>,
  values: Parsed['values'],
): ReadonlyMap<string, unknown> {
  const flags = new Map<string, unknown>();
  for (const [name, key] of keys) {
    const option = command.options[key];
    const given = values[name] ?? (values[`no-${name}`] === true ? false : undefined);
    if (option === undefined || given === undefined) continue;
    if (
      option.placeholder !== undefined &&
      (given === true || (Array.isArray(given) && given.includes(true)))
    ) {
      throw withoutValue(name, option.placeholder);
    }
    const value = Array.isArray(given) ? given.flatMap((item) => String(item).split(',')) : given;
    flags.set(key, readValue(option, value, `--${name}`));
  }
  return flags;
}

function withoutValue(name: string, placeholder: string): CommandError {
  return new CommandError(EXIT.usage, `--${name} needs a value: --${name} ${placeholder}`);
}

/** `--no-lint`, for a switch that is on by default. */
function isNegation(command: Command, keys: ReadonlyMap<string, string>, name: string): boolean {
  const key = name.startsWith('no-') ? keys.get(name.slice(3)) : undefined;
  return key !== undefined && command.options[key]?.placeholder === undefined;
}

function nameOf({ usage }: Command): string {
  return usage.split(' ')[0] ?? '';
}
