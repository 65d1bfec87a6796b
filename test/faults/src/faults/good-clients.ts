/** Clients in good order, in a thread of their own: what else their process does would be measured along. */
import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Connection } from '../../../conformance/connection.js';
import { answerTo, bytesOf, check, createQuestion } from '../client/question.js';
import { MOUNTS } from '../gateway/gateway.js';

interface Work {
  readonly port: number;
  readonly durationMs: number;
}

/** At a time, and at what pace: enough to wait for, and too few to wait for one another. */
const CLIENTS = 4;
const PAUSE_MS = 2;

/**
 * Asks one good question after the other.
 *
 * @returns What the slowest of a hundred took, in ms.
 * @throws {Error} When one was answered wrongly.
 */
export async function goodClients(port: number, durationMs: number): Promise<number> {
  const work: Work = { port, durationMs };
  const [slowest] = (await once(new Worker(new URL(import.meta.url), { workerData: work }), 'message')) as [
    number,
  ];
  return slowest;
}

/** One of the applications, the next one for the next number. */
export function mountOf(number: number): string {
  return MOUNTS[number % MOUNTS.length] ?? '/koa';
}

async function measure({ port, durationMs }: Work): Promise<number> {
  const tookMs: number[] = [];
  const deadline = Date.now() + durationMs;
  async function ask(name: number): Promise<void> {
    const connection = await Connection.open(port);
    for (let index = 0; Date.now() < deadline; index += 1) {
      const question = createQuestion(mountOf(index), 'echo', `g${name}-${index}`);
      const startedAt = performance.now();
      await connection.write(bytesOf(question));
      check(await answerTo(connection, question), question);
      tookMs.push(performance.now() - startedAt);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    connection.socket.end();
  }
  await Promise.all(Array.from({ length: CLIENTS }, (_, name) => ask(name)));
  return tookMs.toSorted((one, other) => one - other)[Math.floor(tookMs.length * 0.99)] ?? NaN;
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
if (!isMainThread) parentPort?.postMessage(await measure(workerData as Work));
