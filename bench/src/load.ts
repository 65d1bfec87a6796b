import { Connection, toRequest } from './connection.js';
import type { Question } from './workloads.js';

/** What a round of load came to. */
export interface LoadResult {
  /** Complete and right answers. */
  readonly answers: number;
  readonly ms: number;
}

/** Of a round in which requests were sent at fixed times. */
export interface TimedResult extends LoadResult {
  /** From the time when each was to be sent to its whole answer, sorted. */
  readonly latenciesMs: readonly number[];
}

/** Half of what Node lets wait for being accepted: a connection beyond that is lost, and only its client believes in it. */
const AT_ONCE = 256;
const silenceMs = 10_000;
let connections: Connection[] = [];
let pipelined = 1;

/** Opens the connections that the next rounds use. */
export async function connectAll(port: number, count: number, pipelining: number): Promise<void> {
  connections = [];
  while (connections.length < count) {
    const length = Math.min(AT_ONCE, count - connections.length);
    connections.push(...(await Promise.all(Array.from({ length }, () => Connection.open(port)))));
  }
  pipelined = pipelining;
}

/** Closes them. */
export function disconnectAll(): void {
  for (const connection of connections) connection.close();
  connections = [];
}

/**
 * Asks on every connection, again as soon as an answer has come, until the time is up and the last answer is in.
 *
 * @throws {Error} When an answer is wrong or stays out: a fast wrong answer is a failure, not a result.
 */
export async function run(question: Question, ms: number): Promise<LoadResult> {
  const { request, startedAt, finish } = begin(question);
  const deadline = startedAt + ms;
  let answers = 0;
  let outstanding = 0;
  await settle(ms, (resolve, reject) => {
    const ask = (connection: Connection): void => {
      outstanding += 1;
      connection.ask();
    };
    for (const connection of connections) {
      connection.prepare(question, request, {
        onError: reject,
        onAnswers(asked, count) {
          answers += count;
          outstanding -= count;
          const isOver = performance.now() >= deadline;
          if (!isOver) for (let index = 0; index < count; index += 1) ask(asked);
          else if (outstanding === 0) resolve();
        },
      });
    }
    for (let turn = 0; turn < pipelined; turn += 1) connections.forEach(ask);
  }).finally(keepAwake());
  return { answers, ...finish() };
}

/**
 * Keeps this process from sleeping until it is told to.
 *
 * Whoever writes to a process that sleeps pays for waking it: on the loopback, a slower server, whose client sleeps
 * more, would be charged 1.5 µs a request for it on top of what it costs.
 *
 * @returns Ends it.
 */
function keepAwake(): () => void {
  let isOver = false;
  const turn = (): void => {
    if (!isOver) setImmediate(turn);
  };
  turn();
  return () => {
    isOver = true;
  };
}

/**
 * Asks at fixed times, whether or not earlier answers are in, as visitors do who know nothing of each other.
 *
 * A request that finds no free connection waits for one, and its time runs from when it was to be sent: a server
 * that stops for a while pays for all who would have come meanwhile, not for one of them (coordinated omission).
 *
 * @param rate Requests per second, at equal distances.
 * @throws {Error} When an answer is wrong or stays out.
 */
export async function runTimed(question: Question, ms: number, rate: number): Promise<TimedResult> {
  const { request, startedAt, finish } = begin(question);
  const total = Math.max(1, Math.round((rate * ms) / 1000));
  const dueAt = (index: number): number => startedAt + (index * 1000) / rate;
  const latencies: number[] = [];
  const idle = [...connections];
  const dueOf = new Map<Connection, number>();
  let sent = 0;
  await settle(ms, (resolve, reject) => {
    let isOver = false;
    const sendDue = (now: number): void => {
      while (sent < total && dueAt(sent) <= now) {
        const connection = idle.pop();
        if (connection === undefined) return;
        dueOf.set(connection, dueAt(sent));
        sent += 1;
        connection.ask();
      }
    };
    const listener = {
      onError(error: Error): void {
        isOver = true;
        reject(error);
      },
      onAnswers(connection: Connection): void {
        const now = performance.now();
        latencies.push(now - (dueOf.get(connection) ?? Number.NaN));
        idle.push(connection);
        if (latencies.length < total) return sendDue(now);
        isOver = true;
        resolve();
      },
    };
    for (const connection of connections) connection.prepare(question, request, listener);
    // Not by a timer, which would come up to a millisecond late: this process has a core for itself.
    const turn = (): void => {
      if (isOver) return;
      sendDue(performance.now());
      setImmediate(turn);
    };
    turn();
  });
  return { answers: latencies.length, latenciesMs: latencies.toSorted((a, b) => a - b), ...finish() };
}

function begin(question: Question): {
  request: Buffer;
  startedAt: number;
  finish: () => { ms: number };
} {
  const request = toRequest(question);
  const startedAt = performance.now();
  const finish = (): { ms: number } => ({ ms: performance.now() - startedAt });
  return { request, startedAt, finish };
}

/** Waits for the end of a round, which must come some time after `ms`. */
async function settle(
  ms: number,
  play: (resolve: () => void, reject: (error: Error) => void) => void,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error('an answer stayed out')), ms + silenceMs);
      play(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
  }
}
