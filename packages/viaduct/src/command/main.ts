#!/usr/bin/env node
import { EXIT } from '../exit-code.js';
import type { Command } from './command.js';
import { CommandError } from '../command-error.js';
import { COMMANDS } from './commands.js';
import { rootStack } from '../root-cause.js';

/* The `viaduct` command. Nothing is loaded that is not needed: `--help` answers at once. */
const [name = '--help', ...words] = process.argv.slice(2);
process.exitCode = await main(name, words);

async function main(first: string, rest: readonly string[]): Promise<number> {
  try {
    return await dispatch(first, rest);
  } catch (error) {
    return tell(error, rest.includes('--verbose'));
  }
}

async function dispatch(first: string, rest: readonly string[]): Promise<number> {
  if (first === '--help' || first === '-h' || first === 'help') {
    const [about] = rest;
    return about === undefined ? await showHelp() : await showHelpOf(await load(about));
  }
  if (first === '--version' || first === '-v' || first === 'version') return await showVersion();
  const command = await load(first);
  if (rest.includes('--help') || rest.includes('-h')) return await showHelpOf(command);
  const { readCommandLine } = await import('./command-line.js');
  return command.run(readCommandLine(command, rest));
}

async function load(commandName: string): Promise<Command> {
  const entry = Object.hasOwn(COMMANDS, commandName) ? COMMANDS[commandName] : undefined;
  if (entry !== undefined) return (await entry.load()).default;
  if (commandName.startsWith('-'))
    throw new CommandError(
      EXIT.usage,
      `Flags follow a command: viaduct serve ${commandName}. See viaduct --help.`,
    );
  const { nearest } = await import('../settings/nearest.js');
  const names = Object.keys(COMMANDS);
  throw new CommandError(
    EXIT.usage,
    `There is no command "${commandName}".${nearest(commandName, names)} Commands are ${names.join(', ')}.`,
  );
}

async function showHelp(): Promise<number> {
  const { helpOfAll } = await import('./help.js');
  console.log(helpOfAll(COMMANDS, columns()));
  return EXIT.done;
}

async function showHelpOf(command: Command): Promise<number> {
  const { helpOf } = await import('./help.js');
  console.log(helpOf(command, columns()));
  return EXIT.done;
}

/** Of the terminal; as most have, where it does not know, or where the output goes elsewhere. */
function columns(): number {
  return process.stdout.columns || 80;
}

async function showVersion(): Promise<number> {
  const { readFile } = await import('node:fs/promises');
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  console.log((JSON.parse(text) as { version: string }).version);
  return EXIT.done;
}

/** One message; a stack only where it was asked for, or where the fault is ours. */
function tell(error: unknown, isVerbose: boolean): number {
  if (!(error instanceof CommandError)) {
    console.error(error);
    return EXIT.fault;
  }
  // On a terminal the log is for the same eyes.
  if (!error.isLogged || !process.stderr.isTTY) console.error(`viaduct: ${error.message}`);
  const stack = isVerbose ? rootStack(error) : undefined;
  if (stack !== undefined) console.error(stack);
  return error.exitCode;
}
