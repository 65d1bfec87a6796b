import { GatewayHandle } from '../client/gateway-handle.js';
import { BrokenPromise } from '../client/question.js';
import type { Measurement } from '../gateway/measurement.js';
import { untilQuiet } from '../soak/soak.js';
import { BAD_UPLOADS, MAX_BODY_BYTES } from './bad-uploads.js';
import { BROKEN_APPLICATIONS } from './broken-applications.js';
import { GOOD_REQUESTS } from './good-requests.js';
import { LEAVING_CLIENTS } from './leaving-clients.js';
import { HTTP2_FLOODS } from './http2-floods.js';
import { HTTP2_REQUESTS } from './http2-requests.js';
import { leftBehind } from './left-behind.js';
import { MALFORMED_REQUESTS } from './malformed-requests.js';
import { RESETS } from './resets.js';
import { SLOW_CLIENTS } from './slow-clients.js';
import { UPGRADES } from './upgrades.js';
import { type Fault, World } from './world.js';

/** Everything that is thrown at the gateway. */
export const FAULTS: readonly Fault[] = [
  ...GOOD_REQUESTS,
  ...BROKEN_APPLICATIONS,
  ...BAD_UPLOADS,
  ...RESETS,
  ...LEAVING_CLIENTS,
  ...SLOW_CLIENTS,
  ...MALFORMED_REQUESTS,
  ...UPGRADES,
  ...HTTP2_REQUESTS,
  ...HTTP2_FLOODS,
];

/** What is left behind for longer than that, was left for good: connections of HTTP/2 whose end Node has missed. */
const LIMITS = { keepAliveTimeoutMs: 3_000, maxBodyBytes: MAX_BODY_BYTES };

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
  const gateway = await GatewayHandle.open({ listensToSignals: true, limits: LIMITS });
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
        const world = new World(gateway, options.seed, number, lingering);
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

function messageOf(error: unknown): string {
  if (error instanceof BrokenPromise && error.isForeign) return `FOREIGN: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
