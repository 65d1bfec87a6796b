import { EXIT } from '../exit-code.js';
import { loadApplication } from '../loading/load-application.js';
import type { Option } from '../settings/option.js';
import { OPTIONS } from '../settings/options.js';
import { readSettings } from '../settings/read-settings.js';
import type { Command } from './command.js';

/** Serves an application until it is told to stop. */
const serveCommand: Command = {
  usage: 'serve [module[#export]]',
  description:
    'Serves an application: by default the export "application" of application.ts, else its default export.\n' +
    'TypeScript runs as it is. Every option is a setting of viaduct.config.ts and a variable VIADUCT_… too.',
  options: OPTIONS as Readonly<Record<string, Option<unknown>>>,
  maxOperands: 1,
  async run({ operands: [specifier], flags, cwd }) {
    const { settings } = await readSettings({ flags, environment: process.env, cwd });
    const { application } = await loadApplication(specifier, { cwd, settings: { ...settings } });
    const { createProgramLogs } = await import('../logging/program-logs.js');
    const logs = createProgramLogs(settings);
    process.on('SIGUSR2', logs.reopen);
    const { serve } = await import('@viaduct/node');
    const server = await serve(logs.around(application), { port: 3000, onError: logs.onError });
    console.log(`listening on ${server.url}`);
    await new Promise((resolve) => process.once('SIGTERM', resolve).once('SIGINT', resolve));
    await server.close({ timeoutMs: settings.gracefulTimeoutMs });
    await logs.close();
    return EXIT.done;
  },
};

export default serveCommand;
