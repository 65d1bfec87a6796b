import type { Option } from '../settings/option.js';
import { showValue } from '../settings/show-value.js';
import { flagOf } from '../settings/spelling.js';
import type { Command, Example } from './command.js';
import { COMMON_FLAGS } from './command-line.js';
import type { CommandEntry } from './commands.js';
import { wrap } from './wrap.js';

/** What `viaduct --help` prints, in lines of so many characters at most. */
export function helpOfAll(commands: Readonly<Record<string, CommandEntry>>, columns: number): string {
  const width = widthOf(columns);
  return [
    'viaduct <command> [options]',
    paragraph("The gateway between Node's web frameworks: several apps, one process, one port.", width),
    Object.entries(commands)
      .map(([name, { summary }]) => row(name, summary, { column: COMMAND_COLUMN, width }))
      .join('\n'),
    exampleBlock(
      [
        { command: 'viaduct init my-app', about: 'begin a project' },
        { command: 'viaduct dev', about: 'serve it while you write' },
        { command: 'viaduct serve -w auto', about: 'serve it in production' },
      ],
      width,
    ),
    'viaduct <command> --help tells more of one.',
  ].join('\n\n');
}

/** What `viaduct <command> --help` prints, in lines of so many characters at most. */
export function helpOf(command: Command, columns: number): string {
  const width = widthOf(columns);
  const place = { column: OPTION_COLUMN, width };
  const groups = new Map<string, string[]>();
  for (const [key, option] of Object.entries(command.options)) {
    const lines = groups.get(option.group) ?? [];
    lines.push(row(spell(key, option), `${option.help}${defaultOf(option)}`, place));
    groups.set(option.group, lines);
  }
  groups.set(
    'Also',
    Object.entries(COMMON_FLAGS).map(([flag, { placeholder, help }]) =>
      row(`${flag} ${placeholder}`.trimEnd(), help, place),
    ),
  );
  const blocks = [...groups].map(([group, lines]) => `${group}:\n${lines.join('\n')}`);
  return [
    `viaduct ${command.usage}`,
    paragraph(command.description, width),
    exampleBlock(command.examples, width),
    ...blocks,
  ].join('\n\n');
}

const COMMAND_COLUMN = 11;
const OPTION_COLUMN = 34;
/** Behind the longest command of an example. */
const EXAMPLE_GAP = 3;

/** Narrower than this, columns side by side are no help; wider than that, lines are hard to read. */
function widthOf(columns: number): number {
  return Math.min(Math.max(columns, 60), 110);
}

function paragraph(text: string, width: number): string {
  return wrap(text, width).join('\n');
}

/** Where the right column of a row begins, and where it ends. */
interface Place {
  readonly column: number;
  readonly width: number;
}

function row(left: string, right: string, { column, width }: Place): string {
  const [first = '', ...rest] = wrap(right, width - column);
  const indent = ' '.repeat(column);
  // Two blanks at least between the columns.
  const fits = left.length <= column - 4;
  const head = fits ? `  ${left.padEnd(column - 2)}${first}` : `  ${left}\n${indent}${first}`;
  return [head, ...rest.map((line) => indent + line)].join('\n');
}

function exampleBlock(examples: readonly Example[], width: number): string {
  const longest = Math.max(...examples.map(({ command }) => command.length));
  const place = { column: Math.min(2 + longest + EXAMPLE_GAP, 50), width };
  return ['Examples:', ...examples.map(({ command, about }) => row(command, about, place))].join('\n');
}

function spell(key: string, { short, placeholder }: Option<unknown>): string {
  const flag = placeholder === undefined ? flagOf(key) : `${flagOf(key)} ${placeholder}`;
  return short === undefined ? flag : `-${short}, ${flag}`;
}

function defaultOf(option: Option<unknown>): string {
  const { default: initial } = option;
  const isNothing =
    initial === undefined || initial === false || (Array.isArray(initial) && initial.length === 0);
  return isNothing ? '' : ` (${showValue(option, initial)})`;
}
