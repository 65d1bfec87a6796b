import { once } from 'node:events';
import { FrontDoor } from '../dev/front-door.js';
import { Supervisor } from '../dev/supervisor.js';
import { EXIT } from '../exit-code.js';
import { parseBind } from '../runner/bind.js';
import { surviveBrokenOutput } from '../runner/broken-output.js';
import { CommandError } from '../command-error.js';
import { type Option, toggle } from '../settings/option.js';
import { OPTIONS } from '../settings/options.js';
import { readSettings } from '../settings/read-settings.js';
import type { Command } from './command.js';

const { bind, startTimeoutMs } = OPTIONS;
const lint = toggle({
  group: 'Development',
  help: 'hold the application to the contract, and say where it breaks it',
  default: true,
});

/** Serves an application while it is being written. */
const dev: Command = {
  usage: 'dev [module[#export]]',
  description:
    'Serves an application while it is being written: restarts it when a file changes that it has imported. ' +
    'The port stays, and requests that come during a restart wait. What breaks is shown on the terminal and in the ' +
    'browser, until it is mended. --no-lint leaves out the checks of the contract.',
  examples: [
    { command: 'viaduct dev', about: 'application.ts, on http://localhost:3000' },
    { command: 'viaduct dev src/server.ts#app', about: 'another module, and its export "app"' },
    { command: 'viaduct dev -b :8080', about: 'another port, also from other machines' },
  ],
  options: { bind, startTimeoutMs, lint } as Readonly<Record<string, Option<unknown>>>,
  maxOperands: 1,
  async run({ operands: [specifier], flags, cwd }) {
    const { settings } = await readSettings({ flags, environment: process.env, cwd });
    const { host, port } = readAddress(settings.bind);
    // A terminal that is closed is no reason to leave the application as it is.
    surviveBrokenOutput();
    const door = new FrontDoor();
    const listening = await door.listen(port, host);
    let shown = '';
    const supervisor = new Supervisor(
      { specifier, flags: [...flags], cwd, lints: flags.get('lint') !== false },
      door,
      {
        ready(table, tookMs) {
          if (table !== shown) console.log(`\n${table}\n`);
          shown = table;
          console.log(`ready in ${Math.round(tookMs)} ms on http://${clickable(host)}:${listening}/`);
        },
        failed: (text) => console.error(`\n${text}\n`),
        changed: (file) => console.log(`${file} has changed`),
      },
    );
    supervisor.start();
    await anySignal();
    // Whoever says it twice does not want to wait for the application.
    await Promise.race([supervisor.stop(), anySignal()]);
    supervisor.kill();
    // Connections that are being served elsewhere are no reason to stay.
    process.exit(EXIT.done);
  },
};

export default dev;

function anySignal(): Promise<unknown> {
  return Promise.race((['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => once(process, signal)));
}

interface Address {
  /** `undefined` for every address of the machine. */
  readonly host: string | undefined;
  readonly port: number;
}

/** What `viaduct serve` takes, but for sockets that have no port to open in a browser. */
function readAddress(written: string): Address {
  const address = parseBind(written);
  if (address?.kind === 'port') return address;
  throw new CommandError(
    EXIT.usage,
    `viaduct dev listens on a host and a port, and not on "${written}". Write --bind 127.0.0.1:3000.`,
  );
}

/** An address that means every interface is no address to click on. */
function clickable(host = '::'): string {
  if (host === '0.0.0.0' || host === '::' || host === '127.0.0.1') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
