import { Connection } from '../../../conformance/connection.js';
import { GatewayHandle } from '../client/gateway-handle.js';
import type { Measurement } from '../gateway/measurement.js';
import { createTally, type Tally, Worker } from './worker.js';

export interface SoakOptions {
  /** Requests in all. */
  readonly count: number;
  /** After how many of them the heap is measured that the last one is compared with. */
  readonly checkpoint: number;
  /** Connections that are opened, left idle and closed again. */
  readonly idle: number;
  /** Connections at a time. */
  readonly clients: number;
}

/** The gateway at one point of the soak. */
export interface Checkpoint {
  readonly requests: number;
  /** With the clients' connections open, between two requests. */
  readonly busy: Measurement;
  /** With all of them closed. */
  readonly quiet: Measurement;
}

export interface SoakResult {
  readonly options: SoakOptions;
  readonly tally: Tally;
  readonly before: Measurement;
  readonly checkpoint: Checkpoint;
  readonly end: Checkpoint;
  readonly exitCode: number | null;
}

/** Sends the requests, one after the other on each connection, and measures the gateway on the way. */
export async function soak(
  options: SoakOptions,
  progress: (checkpoint: Checkpoint) => void = () => undefined,
): Promise<SoakResult> {
  const gateway = await GatewayHandle.open();
  try {
    const tally = createTally();
    const before = await gateway.measure();
    const workers = Array.from({ length: options.clients }, () => new Worker(gateway.port, tally));
    let sent = 0;
    async function upTo(limit: number): Promise<Checkpoint> {
      const next = (): number | undefined => (sent < limit ? (sent += 1) : undefined);
      await Promise.all(workers.map((worker) => worker.run(next)));
      const busy = await gateway.measure();
      for (const worker of workers) worker.close();
      await openAndClose(gateway.port, sent === options.count ? options.idle : 0);
      const reached = { requests: sent, busy, quiet: await untilQuiet(gateway) };
      progress(reached);
      return reached;
    }
    const checkpoint = await upTo(options.checkpoint);
    const end = await upTo(options.count);
    return { options, tally, before, checkpoint, end, exitCode: await gateway.stop() };
  } finally {
    await gateway.stop();
  }
}

/** Connections on which nothing is ever asked, some with a reset for an end. */
async function openAndClose(port: number, count: number): Promise<void> {
  for (let opened = 0; opened < count; opened += 100) {
    const connections = await Promise.all(Array.from({ length: 100 }, () => Connection.open(port)));
    for (const [index, connection] of connections.entries()) {
      if (index % 2 === 0) connection.reset();
      else connection.socket.destroy();
    }
    await Promise.all(connections.map(({ closed }) => closed));
  }
}

/** The gateway when nothing is under way any more; after 10 seconds, as it is then. */
export async function untilQuiet(gateway: GatewayHandle): Promise<Measurement> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const measurement = await gateway.measure();
    const isQuiet = measurement.connections === 0 && measurement.started === measurement.finished;
    if (isQuiet || Date.now() > deadline) return measurement;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
