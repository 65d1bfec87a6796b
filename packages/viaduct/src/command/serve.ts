import { exit } from 'node:process';
import type { Option } from '../settings/option.js';
import { OPTIONS } from '../settings/options.js';
import { readSettings } from '../settings/read-settings.js';
import type { Command } from './command.js';

/** What is logged last is on its way by then. */
const LEAVE_AFTER_MS = 100;

/** Serves an application until it is told to stop. */
const serveCommand: Command = {
  usage: 'serve [module[#export]]',
  description:
    'Serves an application: by default the export "application" of application.ts, else its default export. ' +
    'TypeScript runs as it is. Every option is a setting of viaduct.config.ts and a variable VIADUCT_… too. ' +
    'SIGTERM or Ctrl-C stops it, SIGHUP loads new code without losing a request.',
  examples: [
    { command: 'viaduct serve', about: 'application.ts, on http://127.0.0.1:3000' },
    { command: 'viaduct serve dist/server.js#app', about: 'another module, and its export "app"' },
    { command: 'viaduct serve -b :8080 -w auto', about: 'every address, a worker for each core' },
    { command: 'viaduct serve -b unix:/run/app.sock', about: 'behind nginx on this machine' },
  ],
  options: OPTIONS as Readonly<Record<string, Option<unknown>>>,
  maxOperands: 1,
  async run({ operands: [specifier], flags, cwd }) {
    const { settings } = await readSettings({ flags, environment: process.env, cwd });
    const { run } = await import('../runner/run.js');
    const { createRunnerLog } = await import('../runner/runner-log.js');
    // Whatever an application has left running in this process must not keep it.
    const code = await run({
      source: { specifier, flags: [...flags], cwd },
      settings,
      log: createRunnerLog(settings.logLevel),
    }).finally(() => setTimeout(exit, LEAVE_AFTER_MS).unref());
    return code;
  },
};

export default serveCommand;
