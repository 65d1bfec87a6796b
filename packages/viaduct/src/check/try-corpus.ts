import type { Application } from '@viaduct/core';
import { bytesOf, type PathCase, pathCorpus, sendRaw } from '@viaduct/testing/paths';
import { explainRequest } from '../explain/explain-request.js';
import type { Finding } from './finding.js';

const TIMEOUT_MS = 5_000;
const AT_A_TIME = 8;

/** Methods that a throw-away process may send to a stranger's application. */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Sends the safe requests of the path corpus to a running application, byte for byte.
 *
 * @returns How many requests were sent.
 */
export async function tryCorpus(
  application: Application,
  port: number,
  tell: (finding: Finding) => void,
): Promise<number> {
  const cases = pathCorpus.filter(({ method = 'GET' }) => SAFE.has(method));
  const left = cases.values();
  async function work(): Promise<void> {
    for (const pathCase of left) {
      // oxlint-disable-next-line no-await-in-loop -- eight at a time are eight loops
      await tryCase(pathCase, application, port, tell);
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return cases.length;
}

async function tryCase(
  pathCase: PathCase,
  application: Application,
  port: number,
  tell: (finding: Finding) => void,
): Promise<void> {
  const { method = 'GET', target, padding = 0, headers, version } = pathCase;
  const whole = target + 'x'.repeat(padding);
  const { end, status } = await sendRaw(bytesOf(pathCase, []), {
    port,
    host: '127.0.0.1',
    timeoutMs: TIMEOUT_MS,
  });
  const request = `${method} ${whole.slice(0, 80)}`;
  if (end === 'silent') {
    const message = `${request} was not answered within ${TIMEOUT_MS} ms`;
    tell({
      id: 'silent',
      blames: 'application',
      message,
      cure: 'Answer every request, with 404 where there is nothing.',
    });
  } else if (status >= 500 && status !== 501) {
    const message = `${request} was answered with ${status}`;
    tell({
      id: 'failed',
      blames: 'application',
      message,
      cure: 'Answer what you do not know with 404 or 400: any client can send it.',
    });
  }
  // What the head says besides is not explained.
  if (headers !== undefined || version !== undefined) return;
  const { verdict } = explainRequest(application, { method, target: whole, host: 'corpus.test' });
  if (end === 'answer' && verdict.kind === 'refused' && status !== verdict.status && status < 400) {
    const message = `${request} must be refused with ${verdict.status}, and was answered with ${status}`;
    tell({
      id: 'disagrees',
      blames: 'server',
      message,
      cure: 'Report it: the gateway and its explanation differ.',
    });
  }
}
