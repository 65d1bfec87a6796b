import { Agent, request as send } from 'node:http';

export interface Tally {
  answered: number;
  readonly failed: string[];
  /** What was answered: who served, and which version. */
  readonly bodies: Set<string>;
}

export interface Load {
  readonly tally: Tally;
  /** Lets the requests under way end. */
  stop(): Promise<Tally>;
}

/** Clients that ask one request after the other over kept connections, until they are stopped. */
export function load(url: string, clients: number, method: 'GET' | 'POST' = 'GET'): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const tally: Tally = { answered: 0, failed: [], bodies: new Set() };
  let isOver = false;

  async function client(): Promise<void> {
    while (!isOver) {
      try {
        const { status, body } = await ask(url, agent, method);
        if (status === 200) tally.answered += 1;
        else tally.failed.push(String(status));
        tally.bodies.add(body);
      } catch (error) {
        tally.failed.push(String(error));
      }
    }
  }

  const running = Promise.all(Array.from({ length: clients }, client));
  return {
    tally,
    async stop() {
      isOver = true;
      await running;
      agent.destroy();
      return tally;
    },
  };
}

/** @param agent Default: a connection of its own. */
export function ask(
  url: string,
  agent: Agent | false = false,
  method: 'GET' | 'POST' = 'GET',
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = send(url, { agent, method, timeout: 10_000 }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body })).once('error', reject);
    });
    request.once('error', reject);
    request.once('timeout', () => request.destroy(new Error('no answer for 10 s')));
    request.end();
  });
}
