import { fork } from 'node:child_process';
import { once } from 'node:events';
import { METHODS } from 'node:http';
import { fileURLToPath } from 'node:url';
import { CommandError } from '../command-error.js';
import { EXIT } from '../exit-code.js';
import type { RoutesMessage, RoutesOrder } from '../routes/messages.js';
import { nearest } from '../settings/nearest.js';
import { type Option, text, toggle } from '../settings/option.js';
import { OPTIONS } from '../settings/options.js';
import type { Command } from './command.js';

const RUN = fileURLToPath(new URL('../routes/run.js', import.meta.url));

const { startTimeoutMs } = OPTIONS;

const json = toggle({ group: 'Output', help: 'print JSON', default: false });
const host = text({
  group: 'Request',
  help: 'the Host header of the request to explain',
  placeholder: '<host>',
  default: 'localhost',
});

/** Prints who answers what, or what would become of one request. */
const routes: Command = {
  usage: 'routes [module[#export]] [METHOD target]',
  description:
    'Prints who answers what: hosts, mounts, guards, and the routes that each framework knows of. ' +
    'With a method and a target, explains that one request instead. Nothing listens, and nothing is sent: ' +
    'the application is started, asked, and stopped.',
  examples: [
    { command: 'viaduct routes', about: 'the table of application.ts' },
    { command: 'viaduct routes GET /orders/7', about: 'who would answer, and why' },
    { command: 'viaduct routes GET / --host api.example.com', about: 'for another host' },
  ],
  options: { host, json, startTimeoutMs } as Readonly<Record<string, Option<unknown>>>,
  maxOperands: 3,
  async run({ operands, flags, cwd }) {
    const { specifier, request } = readOperands(operands);
    const answer = await ask({
      specifier,
      request: request && { ...request, host: String(flags.get('host') ?? host.default) },
      isJson: flags.get('json') === true,
      flags: [...flags],
      cwd,
    });
    if (answer.type === 'failed') {
      throw new CommandError(answer.exitCode, answer.message, { cause: { stack: answer.stack } });
    }
    console.log(answer.text);
    if (answer.startFailure === undefined) return EXIT.done;
    console.error(`viaduct: not started, so that routes may be missing: ${answer.startFailure}`);
    return EXIT.start;
  },
};

export default routes;

interface Operands {
  readonly specifier: string | undefined;
  readonly request: { readonly method: string; readonly target: string } | undefined;
}

function readOperands(operands: readonly string[]): Operands {
  const at = operands.findIndex((word) => METHODS.includes(word));
  if (at === -1 && operands.length > 1) {
    // The method stands before the target.
    const method = operands[operands.length - 2] ?? '';
    throw new CommandError(
      EXIT.usage,
      `"${method}" is no method.${nearest(method, METHODS)} Write viaduct routes [module] GET /orders/7.`,
    );
  }
  const method = operands[at];
  const target = operands[at + 1];
  if (method === undefined) return { specifier: operands[0], request: undefined };
  if (target === undefined)
    throw new CommandError(EXIT.usage, `${method} of what? Write viaduct routes ${method} /orders/7.`);
  const [specifier] = operands.filter((_word, index) => index !== at && index !== at + 1);
  return { specifier, request: { method, target } };
}

/** In a process of its own, so that what the application prints is no part of the answer. */
async function ask(order: RoutesOrder): Promise<RoutesMessage> {
  const run = fork(RUN, [], {
    cwd: order.cwd,
    env: { ...process.env, VIADUCT_ROUTES_RUN: JSON.stringify(order) },
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  let answer: RoutesMessage | undefined;
  run.on('message', (message: RoutesMessage) => (answer = message));
  const [code, signal] = (await once(run, 'close')) as [number | null, NodeJS.Signals | null];
  if (answer !== undefined) return answer;
  const how = signal ?? `exit code ${String(code)}`;
  const message = `the process ended with ${how} before the application was ready.`;
  return { type: 'failed', exitCode: EXIT.start, message, stack: undefined };
}
