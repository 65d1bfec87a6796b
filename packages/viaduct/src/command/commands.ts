import type { Command } from './command.js';

/** A sub-command that is loaded when it is asked for: `viaduct --help` loads none. */
export interface CommandEntry {
  readonly summary: string;
  load(): Promise<{ readonly default: Command }>;
}

/** Every sub-command, in the order of `--help`. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  init: {
    summary: 'begin a project, or add Viaduct to one',
    load: () => import('./init.js'),
  },
  serve: {
    summary: 'serve an application, for production',
    load: () => import('./serve.js'),
  },
  dev: {
    summary: 'serve an application while it is being written',
    load: () => import('./dev.js'),
  },
  routes: {
    summary: 'print who answers what, or explain one request',
    load: () => import('./routes.js'),
  },
  check: {
    summary: 'start an application in a process of its own, try it, stop it, and report',
    load: () => import('./check.js'),
  },
  config: {
    summary: 'print every setting, and where its value comes from',
    load: () => import('./config.js'),
  },
};
