import { Agent, get } from 'node:http';
import { work } from './application.js';

/** Who asks, and for how long. */
export interface Visit {
  readonly port: number;
  /** Connections at a time, each with one request under way. */
  readonly visitors: number;
  /** Requests on one connection before the visitor leaves and another comes. */
  readonly requestsOfAVisit: number;
  readonly ms: number;
}

/** What the visitors got. */
export interface Visited {
  readonly answers: number;
  readonly ms: number;
  /** CPU time that asking took. */
  readonly cpuMs: number;
  /** Answers by the worker's process id. */
  readonly byWorker: ReadonlyMap<string, number>;
}

const ANSWER = work();

/**
 * Asks until the time is up and the last answer is in. By `node:http`: beside an application that works for
 * milliseconds, what asking costs does not matter.
 *
 * @throws {Error} When an answer is wrong.
 */
export async function visit({ port, visitors, requestsOfAVisit, ms }: Visit): Promise<Visited> {
  const byWorker = new Map<string, number>();
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const deadline = startedAt + ms;

  async function keepVisiting(): Promise<void> {
    while (performance.now() < deadline) {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      for (let asked = 0; asked < requestsOfAVisit && performance.now() < deadline; asked += 1) {
        const worker = await ask(port, agent);
        byWorker.set(worker, (byWorker.get(worker) ?? 0) + 1);
      }
      agent.destroy();
    }
  }

  await Promise.all(Array.from({ length: visitors }, keepVisiting));
  const { user, system } = process.cpuUsage(cpuBefore);
  const answers = [...byWorker.values()].reduce((sum, count) => sum + count, 0);
  return { answers, ms: performance.now() - startedAt, cpuMs: (user + system) / 1000, byWorker };
}

/** Resolves with the worker that gave the right answer. */
function ask(port: number, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get({ port, host: '127.0.0.1', agent }, (response) => {
      let text = '';
      response.setEncoding('latin1');
      response.on('data', (chunk: string) => (text += chunk));
      response.once('error', reject);
      response.once('end', () => {
        if (response.statusCode === 200 && text === ANSWER) resolve(String(response.headers['x-worker']));
        else reject(new Error(`a wrong answer: ${String(response.statusCode)} ${text}`));
      });
    });
    request.once('error', reject);
  });
}
