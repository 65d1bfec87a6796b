import { METHODS } from 'node:http';
import type { Application } from '@viaduct/core';
import { CommandError } from '../command-error.js';
import { EXIT } from '../exit-code.js';
import { describeApplication } from '../explain/described-application.js';
import { explainRequest } from '../explain/explain-request.js';
import { explanationText } from '../explain/explanation-text.js';
import { guardsTable, routesTable } from '../explain/routes-table.js';
import { loadApplication } from '../loading/load-application.js';
import { nearest } from '../settings/nearest.js';
import { type Option, text, toggle } from '../settings/option.js';
import type { Command } from './command.js';
import { endSoon } from './end-soon.js';

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
  options: { host, json } as Readonly<Record<string, Option<unknown>>>,
  maxOperands: 3,
  async run({ operands, flags, cwd }) {
    const { specifier, request } = readOperands(operands);
    const { application } = await loadApplication(specifier, { cwd });
    const failure = await start(application);
    const isJson = flags.get('json') === true;
    if (request === undefined) printTable(application, isJson);
    else {
      const explanation = explainRequest(application, {
        ...request,
        host: String(flags.get('host') ?? host.default),
      });
      console.log(isJson ? JSON.stringify(explanation, undefined, 2) : explanationText(explanation));
    }
    if (failure !== undefined)
      console.error(`viaduct: not started, so that routes may be missing: ${failure}`);
    else await application.stop?.();
    return endSoon(failure === undefined ? EXIT.done : EXIT.start);
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

/** Fastify knows the routes of its plugins when it is ready. */
async function start(application: Application): Promise<string | undefined> {
  try {
    await application.start?.();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function printTable(application: Application, isJson: boolean): void {
  const described = describeApplication(application);
  if (isJson) return console.log(JSON.stringify(described, undefined, 2));
  console.log(routesTable(described));
  const guards = guardsTable(described);
  if (guards !== '') console.log(`\n${guards}`);
}
