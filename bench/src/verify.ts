import { fileURLToPath } from 'node:url';
import { Child } from './child.js';
import { Connection, toRequest } from './connection.js';
import type { Entrant } from './line-up.js';
import { type AppSize, questionOf, type WorkloadName, WORKLOADS } from './workloads.js';

const serverFile = fileURLToPath(new URL('server-process.js', import.meta.url));
const sizes: readonly AppSize[] = ['small', 'full'];
/** Of each question, on one connection: what an answer leaves behind shows in the next. */
const answersEach = 3;
const patienceMs = 15_000;

/** What one contender did with all that it says it can be asked. */
export interface Verification {
  readonly name: string;
  readonly answers: number;
  /** Why it failed, if it did. */
  readonly error?: string;
}

/**
 * Asks each contender, in a process of its own, all that it says it can be asked, and compares the answers with
 * the right ones. Some at a time.
 */
export async function verify(entrants: readonly Entrant[], atATime: number): Promise<Verification[]> {
  const waiting = [...entrants];
  const done: Verification[] = [];
  const work = async (): Promise<void> => {
    for (let entrant = waiting.shift(); entrant !== undefined; entrant = waiting.shift()) {
      done.push(await verifyOne(entrant));
    }
  };
  await Promise.all(Array.from({ length: atATime }, work));
  return done.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

async function verifyOne(entrant: Entrant): Promise<Verification> {
  const server = new Child<object, readonly number[]>(
    entrant.name,
    [],
    [serverFile, entrant.module, ...sizes],
  );
  let answers = 0;
  try {
    const ports = await server.next();
    for (const workload of entrant.workloads) {
      const port = ports[sizes.indexOf(WORKLOADS[workload].size)] ?? 0;
      answers += await askThrice(port, workload, entrant.basePath);
      if (entrant.otherBasePath !== undefined)
        answers += await askThrice(port, workload, entrant.otherBasePath);
    }
    return { name: entrant.name, answers };
  } catch (error) {
    return { name: entrant.name, answers, error: (error as Error).message };
  } finally {
    server.end();
  }
}

async function askThrice(port: number, workload: WorkloadName, basePath: string): Promise<number> {
  const question = questionOf(workload, basePath);
  const connection = await Connection.open(port);
  let timer: NodeJS.Timeout | undefined;
  try {
    for (let asked = 0; asked < answersEach; asked += 1) {
      await new Promise<void>((resolve, reject) => {
        timer = setTimeout(() => reject(new Error(`${workload}: no answer`)), patienceMs);
        // Prepared anew, so that the headers of each are looked at.
        connection.prepare(question, toRequest(question), { onAnswers: () => resolve(), onError: reject });
        connection.ask();
      });
      clearTimeout(timer);
    }
    return answersEach;
  } finally {
    clearTimeout(timer);
    connection.close();
  }
}
