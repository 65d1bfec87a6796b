import { GatewayHandle } from '../client/gateway-handle.js';
import { BrokenPromise } from '../client/question.js';
import type { Measurement } from '../gateway/measurement.js';
import { untilQuiet } from '../soak/soak.js';
import { BROKEN_APPLICATIONS } from './broken-applications.js';
import { GOOD_REQUESTS } from './good-requests.js';
import { LEAVING_CLIENTS } from './leaving-clients.js';
import { MALFORMED_REQUESTS } from './malformed-requests.js';
import { SLOW_CLIENTS } from './slow-clients.js';
import { UPGRADES } from './upgrades.js';
import { type Fault, World } from './world.js';

/** Everything that is thrown at the gateway. */
export const FAULTS: readonly Fault[] = [
  ...GOOD_REQUESTS,
  ...BROKEN_APPLICATIONS,
  ...LEAVING_CLIENTS,
  ...SLOW_CLIENTS,
  ...MALFORMED_REQUESTS,
  ...UPGRADES,
];

export interface HarnessOptions {
  /** What chance begins with: the same seed throws the same faults in the same order. */
  readonly seed: number;
  /** No fault begins after that. */
  readonly seconds: number;
  /** No more faults than that. */
  readonly count: number;
  /** Faults at a time. */
  readonly clients: number;
}

export interface HarnessResult {
  /** How often each fault was thrown. */
  readonly thrown: ReadonlyMap<string, number>;
  /** What the gateway did not keep, in words; empty when every promise held. */
  readonly broken: readonly string[];
  readonly end: Measurement;
}

/** Throws faults at a gateway until time or count is up, and asks it then what they have left behind. */
export async function throwFaults(options: HarnessOptions): Promise<HarnessResult> {
  const gateway = await GatewayHandle.open();
  try {
    const before = await gateway.measure();
    const lingering: World['lingering'] = [];
    const thrown = new Map<string, number>();
    const broken: string[] = [];
    const lots = FAULTS.flatMap((fault) => Array.from({ length: fault.weight }, () => fault));
    const deadline = Date.now() + options.seconds * 1000;
    let number = 0;
    async function throwOn(): Promise<void> {
      while (number < options.count && Date.now() < deadline && gateway.isAlive) {
        number += 1;
        const world = new World(gateway.port, options.seed, number, lingering);
        const fault = world.random.pick(lots);
        thrown.set(fault.name, (thrown.get(fault.name) ?? 0) + 1);
        await fault.run(world).catch((error: unknown) => broken.push(`${fault.name}: ${messageOf(error)}`));
      }
    }
    await Promise.all(Array.from({ length: options.clients }, throwOn));
    for (const connection of lingering) connection.reset();
    const end = await untilQuiet(gateway);
    broken.push(...leftBehind(before, end));
    const exitCode = await gateway.stop();
    if (exitCode !== 0) broken.push(`the gateway ended with exit code ${exitCode}`);
    return { thrown, broken, end };
  } finally {
    await gateway.stop();
  }
}

function leftBehind(before: Measurement, end: Measurement): string[] {
  const broken: string[] = [];
  if (end.processFaultCount > 0)
    broken.push(
      `${end.processFaultCount} errors and warnings of the process: ${end.processFaults.join('; ')}`,
    );
  if (end.started !== end.finished)
    broken.push(`${end.started} requests began, and ${end.finished} ended in onFinished`);
  if (end.finishedAgain > 0) broken.push(`onFinished ran ${end.finishedAgain} times more than once`);
  if (end.connections > 0) broken.push(`${end.connections} connections are still open`);
  if (end.handles > before.handles)
    broken.push(`${end.handles} handles are open, ${before.handles} were before`);
  return broken;
}

function messageOf(error: unknown): string {
  if (error instanceof BrokenPromise && error.isForeign) return `FOREIGN: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
