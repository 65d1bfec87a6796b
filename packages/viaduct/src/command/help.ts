import type { Option } from '../settings/option.js';
import { shortForm } from '../settings/short-form.js';
import { showValue } from '../settings/show-value.js';
import { flagOf } from '../settings/spelling.js';
import type { Command } from './command.js';
import { COMMON_FLAGS } from './command-line.js';
import type { CommandEntry } from './commands.js';

/** What `viaduct --help` prints. */
export function helpOfAll(commands: Readonly<Record<string, CommandEntry>>): string {
  const lines = Object.entries(commands).map(([name, { summary }]) => row(name, summary));
  return [
    'viaduct <command> [options]',
    '',
    "The gateway between Node's web frameworks: several apps, one process, one port.",
    '',
    ...lines,
    '',
    'viaduct <command> --help tells more of one.',
  ].join('\n');
}

/** What `viaduct <command> --help` prints. */
export function helpOf(command: Command): string {
  const groups = new Map<string, string[]>();
  for (const [key, option] of Object.entries(command.options)) {
    const lines = groups.get(option.group) ?? [];
    lines.push(row(spell(key, option), `${option.help}${defaultOf(key, option)}`));
    groups.set(option.group, lines);
  }
  groups.set(
    'Also',
    Object.entries(COMMON_FLAGS).map(([flag, help]) => row(flag, help)),
  );
  const blocks = [...groups].map(([group, lines]) => `${group}:\n${lines.join('\n')}`);
  const description = command.description
    .split('\n')
    .flatMap((line) => wrap(line, WIDTH))
    .join('\n');
  return [`viaduct ${command.usage}`, description, ...blocks].join('\n\n');
}

const COLUMN = 34;
/** Of a terminal that nobody has made wider. */
const WIDTH = 80;

function row(left: string, right: string): string {
  const [first = '', ...rest] = wrap(right, WIDTH - COLUMN);
  const isLong = left.length >= COLUMN - 3;
  const lines = isLong ? [`  ${left}`, indent(first)] : [`  ${left.padEnd(COLUMN - 2)}${first}`];
  return [...lines, ...rest.map(indent)].join('\n');
}

function indent(text: string): string {
  return ' '.repeat(COLUMN) + text;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

function spell(key: string, { short, placeholder }: Option<unknown>): string {
  const flag = placeholder === undefined ? flagOf(key) : `${flagOf(key)} ${placeholder}`;
  return short === undefined ? flag : `-${short}, ${flag}`;
}

function defaultOf(key: string, option: Option<unknown>): string {
  const { default: initial } = option;
  const isNothing =
    initial === undefined || initial === false || (Array.isArray(initial) && initial.length === 0);
  return isNothing ? '' : ` (${shortForm(key, initial) ?? showValue(option, initial)})`;
}
