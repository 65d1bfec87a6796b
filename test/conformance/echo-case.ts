import { expect, it } from 'vitest';
import type { Answer } from './faces.js';
import type { Way } from './every-way.js';
import { HOST, type Message } from './message.js';

/** A case of one line: a target, and what the echo answers, or the status of a refusal. */
export interface EchoCase {
  /** `A1.7`, and what the case is about. */
  readonly title: string;
  readonly target: string;
  readonly host?: string;
  /** `name|basePath|path|search`, or a status. */
  readonly answer: string | number;
  /** What framework code sees in `req.url`, where it is not the path below the mount and the query. */
  readonly url?: string;
}

/** Registers one test for each case that the face can express. */
export function testEchoes(
  { face, kind }: Way,
  send: (message: Message) => Promise<Answer>,
  cases: readonly EchoCase[],
): void {
  for (const echoCase of cases.filter((candidate) => face.canSend(candidate))) {
    it(`${echoCase.title}: ${echoCase.target}`, async () => {
      const answer = await send(echoCase);
      if (typeof echoCase.answer === 'number') {
        expect(answer.status).toBe(echoCase.answer);
        return;
      }
      expect(answer.text).toBe(echoCase.answer);
      expect(answer.status).toBe(200);
      expectAccounts(echoCase, answer, kind.isNative);
    });
  }
}

/** Case A1.21: every account of the path says the same, and together they give what the client sent. */
function expectAccounts(echoCase: EchoCase, answer: Answer, isNative: boolean): void {
  const { target, host = HOST } = echoCase;
  const [, basePath = '', path = '', search = ''] = String(echoCase.answer).split('|');
  const origin = `http://${host}`;
  expect(answer.values('x-target')).toEqual([target]);
  expect(answer.values('x-context-url')).toEqual([`${origin}${basePath + path || '/'}${search}`]);
  const url = echoCase.url ?? `${path || '/'}${search}`;
  // The web types normalise what they are given.
  const seen = isNative ? url : new URL(origin + url).href.slice(origin.length).replace(/#.*/, '');
  expect(answer.values('x-url')).toEqual([seen]);
  if (isNative) expect(answer.values('x-original-url')).toEqual([target]);
}
