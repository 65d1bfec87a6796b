import { GatewayHandle } from '../client/gateway-handle.js';
import type { Measurement } from '../gateway/measurement.js';
import { untilQuiet } from '../soak/soak.js';
import { allowedGrowth } from '../soak/verdict.js';
import { leftBehind } from './left-behind.js';
import { RESETS } from './resets.js';
import { type Fault, World } from './world.js';

export interface ResetSeriesOptions {
  readonly seed: number;
  /** Resets of each kind. */
  readonly count: number;
  /** Resets at a time. */
  readonly clients: number;
}

export interface ResetSeriesResult {
  /** What was measured after the first half of each kind, and after the second. */
  readonly half: Measurement;
  readonly end: Measurement;
  readonly broken: readonly string[];
}

/** Connections of HTTP/2 whose reset Node has missed are found after that time. */
const LIMITS = { keepAliveTimeoutMs: 3_000 };

/** L1: resets connections and streams, as many of each kind, and asks after each kind what it has left behind. */
export async function throwResets(
  options: ResetSeriesOptions,
  progress: (kind: string, resets: number, measurement: Measurement) => void = () => undefined,
): Promise<ResetSeriesResult> {
  const gateway = await GatewayHandle.open({ listensToSignals: true, limits: LIMITS });
  try {
    const before = await gateway.measure();
    const broken: string[] = [];
    let number = 0;
    async function reset(kind: Fault, count: number): Promise<void> {
      const last = number + count;
      async function work(): Promise<void> {
        while (number < last && gateway.isAlive) {
          number += 1;
          const world = new World(gateway, options.seed, number);
          await kind.run(world).catch((error: unknown) => broken.push(`${kind.name}: ${String(error)}`));
        }
      }
      await Promise.all(Array.from({ length: options.clients }, work));
    }
    /** The second half of each finds the heap as the first one has left it. */
    async function round(count: number): Promise<Measurement> {
      let measurement = before;
      for (const kind of RESETS) {
        await reset(kind, count);
        measurement = await untilQuiet(gateway);
        broken.push(...leftBehind(before, measurement).map((promise) => `${kind.name}: ${promise}`));
        progress(kind.name, count, measurement);
      }
      return measurement;
    }
    const first = Math.ceil(options.count / 2);
    const half = await round(first);
    const end = await round(options.count - first);
    if (end.listeners !== half.listeners)
      broken.push(`listeners on process and servers went from ${half.listeners} to ${end.listeners}`);
    const growth = end.heapBytes - half.heapBytes;
    const allowed = allowedGrowth(half.heapBytes);
    if (growth > allowed) broken.push(`the heap grew by ${growth} bytes, ${Math.round(allowed)} are allowed`);
    const exitCode = await gateway.stop();
    if (exitCode !== 0) broken.push(`the gateway ended with exit code ${exitCode}`);
    return { half, end, broken };
  } finally {
    await gateway.stop();
  }
}
