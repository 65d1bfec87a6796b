import type { Application } from '@viaduct/core';
import { bytesOf, type PathCase, type RawAnswer, sendRaw } from '@viaduct/testing/paths';
import { type DescribedApplication, describeApplication } from '../explain/described-application.js';
import { explainRequest } from '../explain/explain-request.js';
import type { Explanation } from '../explain/explanation.js';
import { aimCorpus } from './aimed-corpus.js';
import type { Finding } from './finding.js';
import { mountOf } from './mount-of.js';
import { type Place, placesOf } from './place.js';
import { findUnguarded } from './unguarded.js';

const TIMEOUT_MS = 5_000;
const AT_A_TIME = 8;
/** So many characters of a target stand in a finding. */
const SHOWN = 80;

/** What the corpus is sent to, and who is told. */
export interface Trial {
  /** The application that is served; started. */
  readonly application: Application;
  readonly port: number;
  tell(finding: Finding): void;
  /** Called before each place: the next may take as long as the one before. */
  begin(place: Place): void;
}

/**
 * Sends the safe requests of the path corpus to a running application, byte for byte: to its root, to every mount,
 * and to every prefix that a guard covers.
 *
 * @returns How many requests were sent.
 */
export async function tryCorpus(trial: Trial): Promise<number> {
  const described = describeApplication(trial.application);
  let requests = 0;
  for (const place of placesOf(described)) {
    trial.begin(place);
    const cases = aimCorpus(place);
    const left = cases.values();
    async function work(): Promise<void> {
      for (const pathCase of left) await tryCase(pathCase, place, described, trial);
    }
    await Promise.all(Array.from({ length: AT_A_TIME }, work));
    requests += cases.length;
  }
  return requests;
}

async function tryCase(
  pathCase: PathCase,
  { host }: Place,
  described: DescribedApplication,
  { application, port, tell }: Trial,
): Promise<void> {
  const answer = await sendRaw(bytesOf(pathCase, []), { port, host: '127.0.0.1', timeoutMs: TIMEOUT_MS });
  const { method = 'GET', version, headers = [] } = pathCase;
  const target = pathCase.target + 'x'.repeat(pathCase.padding ?? 0);
  const explanation = explainRequest(application, { method, target, host });
  const request = `${method} ${target.length > SHOWN ? `${target.slice(0, SHOWN)}…` : target}`;
  const about = { request, mount: mountOf(explanation), explanation };
  lookAtAnswer(answer, about, tell);
  // What the head says besides is not explained.
  if (version !== undefined || headers.length !== 1 || headers[0] !== `Host: ${host}`) return;
  lookAtRefusal(answer, about, tell);
  lookAtGuards(described, about, tell);
}

interface About {
  readonly request: string;
  readonly mount: string | undefined;
  readonly explanation: Explanation;
}

function lookAtAnswer({ end, status }: RawAnswer, { request, mount }: About, tell: Trial['tell']): void {
  if (end === 'silent') {
    tell({
      id: 'silent',
      blames: 'application',
      mount,
      message: `${request} was not answered within ${TIMEOUT_MS} ms`,
      cure: 'Answer every request, with 404 where there is nothing.',
    });
  } else if (status >= 500 && status !== 501) {
    tell({
      id: 'failed',
      blames: 'application',
      mount,
      message: `${request} was answered with ${status}`,
      cure: 'Answer what you do not know with 404 or 400: any client can send it.',
    });
  }
}

function lookAtRefusal(
  { end, status }: RawAnswer,
  { request, mount, explanation: { verdict } }: About,
  tell: Trial['tell'],
): void {
  if (end !== 'answer' || verdict.kind !== 'refused' || status === verdict.status || status >= 400) return;
  tell({
    id: 'disagrees',
    blames: 'server',
    mount,
    message: `${request} must be refused with ${verdict.status}, and was answered with ${status}`,
    cure: 'Report it: the gateway and its explanation differ.',
  });
}

function lookAtGuards(
  described: DescribedApplication,
  { request, mount, explanation }: About,
  tell: Trial['tell'],
): void {
  const unguarded = findUnguarded(described, explanation);
  if (unguarded === undefined) return;
  tell({
    id: 'unguarded',
    blames: 'server',
    mount,
    message: `${request} leads to the route ${unguarded.route}, and the guard of ${unguarded.guard} does not run`,
    cure: 'Report it, and close the route until it is mended.',
  });
}
