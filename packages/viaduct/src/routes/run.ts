import { env, exit } from 'node:process';
import type { Application } from '@viaduct/core';
import { endSoon } from '../command/end-soon.js';
import { CommandError } from '../command-error.js';
import { EXIT } from '../exit-code.js';
import { describeApplication } from '../explain/described-application.js';
import { explainRequest } from '../explain/explain-request.js';
import { explanationText } from '../explain/explanation-text.js';
import { guardsTable, routesTable } from '../explain/routes-table.js';
import { loadApplication } from '../loading/load-application.js';
import { rootStack } from '../root-cause.js';
import { withinStartTimeout } from '../runner/start-timeout.js';
import { readSettings } from '../settings/read-settings.js';
import type { RoutesMessage, RoutesOrder } from './messages.js';

/* The throw-away process of `viaduct routes`: loads and starts an application, tells of its routes, and stops it. */
const order = JSON.parse(env['VIADUCT_ROUTES_RUN'] ?? '{}') as RoutesOrder;
delete env['VIADUCT_ROUTES_RUN'];
process.on('disconnect', () => exit());

try {
  await tellRoutes();
} catch (error) {
  const { message, exitCode } = error instanceof CommandError ? error : toFault(error);
  send({ type: 'failed', exitCode, message, stack: rootStack(error) });
}
process.channel?.unref();
endSoon(EXIT.done);

async function tellRoutes(): Promise<void> {
  const { specifier, cwd } = order;
  const source = { flags: new Map(order.flags), environment: env, cwd };
  const { settings } = await readSettings(source);
  const { startTimeoutMs } = settings;
  const loading = loadApplication(specifier, { cwd, settings: { ...settings } });
  const { application } = await withinStartTimeout(loading, startTimeoutMs);
  const startFailure = await start(application, startTimeoutMs);
  send({ type: 'told', text: textOf(application), startFailure });
  if (startFailure === undefined) await application.stop?.();
}

/** Fastify knows the routes of its plugins when it is ready. */
async function start(application: Application, startTimeoutMs: number): Promise<string | undefined> {
  try {
    await withinStartTimeout((async () => application.start?.())(), startTimeoutMs);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function textOf(application: Application): string {
  const { request, isJson } = order;
  if (request !== undefined) {
    const explanation = explainRequest(application, request);
    return isJson ? asJson(explanation) : explanationText(explanation);
  }
  const described = describeApplication(application);
  if (isJson) return asJson(described);
  const guards = guardsTable(described);
  return guards === '' ? routesTable(described) : `${routesTable(described)}\n\n${guards}`;
}

function asJson(value: object): string {
  return JSON.stringify(value, undefined, 2);
}

function toFault(error: unknown): CommandError {
  return new CommandError(EXIT.fault, error instanceof Error ? error.message : String(error));
}

function send(message: RoutesMessage): void {
  if (process.connected) process.send?.(message);
}
