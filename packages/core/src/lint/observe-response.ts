import { knownBody } from '../known-body.js';
import { BODY_CHECKS } from './body-checks.js';
import { BodyTally } from './body-tally.js';
import { CALL_CHECKS } from './call-checks.js';
import type { Inspection } from './inspection.js';
import type { ResponseFacts } from './response-facts.js';

/**
 * Checks what a web face has answered.
 *
 * @returns The same answer; where it has a body, one whose body is counted as it is read, and no sooner.
 * @throws {LintError} In mode `throw`; the body that nobody will read is cancelled.
 */
export function observeResponse(response: Response, inspection: Inspection): Response {
  if (!isResponse(response)) {
    inspection.tell(CALL_CHECKS.C2, `got ${describe(response)}`);
    return response;
  }
  const known = knownBody(response);
  try {
    checkFreshness(response, inspection);
    const head = headOf(response);
    inspection.checkHead(head);
    inspection.body = new BodyTally(inspection, head);
    if (known !== undefined) inspection.body.add(toBytes(known));
    if (known !== undefined || response.body === null) inspection.body.end();
  } catch (error) {
    if (response.body?.locked === false) response.body.cancel(error).catch(() => undefined);
    throw error;
  }
  inspection.isHeadOut = true;
  const { body, status, statusText, headers } = response;
  // A body whose bytes are known holds nothing open; and servers send it in one piece, which a stream would hide.
  const isCounted = known !== undefined || body === null || body === undefined;
  if (isCounted || body.locked || !canBeMade(status)) return response;
  return new Response(observeBody(body, inspection.body, inspection), { status, statusText, headers });
}

function toBytes(body: string | Uint8Array): Uint8Array {
  return typeof body === 'string' ? new TextEncoder().encode(body) : body;
}

/** By shape: a `Response` of another realm is one too. */
function isResponse(value: unknown): value is Response {
  const { status, headers } = (value ?? {}) as Partial<Response>;
  return typeof status === 'number' && typeof headers?.getSetCookie === 'function';
}

function describe(value: unknown): string {
  if (typeof value === 'object' && value !== null) {
    return `an object with the keys ${Object.keys(value).slice(0, 5).join(', ') || '(none)'}`;
  }
  return typeof value === 'string' ? `the string ${JSON.stringify(value.slice(0, 40))}` : String(value);
}

function checkFreshness(response: Response, inspection: Inspection): void {
  const { answered } = inspection.linter;
  if (answered.has(response)) inspection.tell(CALL_CHECKS.C3, 'this one was returned before');
  else if (response.bodyUsed) inspection.tell(CALL_CHECKS.C3, 'its body was read');
  else if (response.body?.locked === true) inspection.tell(CALL_CHECKS.C3, 'its body is locked by a reader');
  answered.add(response);
}

function headOf({ status, statusText, headers }: Response): ResponseFacts {
  const list: (readonly [string, string])[] = [...headers].filter(([name]) => name !== 'set-cookie');
  for (const cookie of headers.getSetCookie()) list.push(['set-cookie', cookie]);
  return { face: 'web', status, statusText: statusText ?? '', headers: list };
}

/** What the constructor of `Response` takes together with a body. */
function canBeMade(status: number): boolean {
  return status >= 200 && status <= 599 && status !== 204 && status !== 205 && status !== 304;
}

function observeBody(
  body: ReadableStream<Uint8Array>,
  tally: BodyTally,
  inspection: Inspection,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let isTold = false;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) {
            tally.end();
            return controller.close();
          }
          if (ArrayBuffer.isView(value)) tally.add(value);
          else if (!isTold) inspection.tell(BODY_CHECKS.B1, `got ${describe(value)}`, true);
          isTold ||= !ArrayBuffer.isView(value);
          controller.enqueue(value);
        } catch (error) {
          tally.state = 'failed';
          throw error;
        }
      },
      async cancel(reason) {
        tally.state = 'cancelled';
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
