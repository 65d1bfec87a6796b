import { INPUT_CHECKS } from './input-checks.js';
import { type Inspection, later } from './inspection.js';

/**
 * The same request with a body that is counted as the application reads it, and no sooner.
 *
 * A request without a body is passed on as it is.
 */
export function observeRequest(request: Request, inspection: Inspection): Request {
  const { body, method, headers } = request;
  if (body === null || body === undefined || request.bodyUsed || body.locked) return request;
  const length = Number(headers.get('content-length') ?? Infinity);
  const observed = new Request(request.url, {
    method,
    headers,
    body: observeInput(body, length, inspection),
    duplex: 'half',
    // For copies, which the constructor makes of what it was given.
    signal: request.signal,
  });
  // The very signal that came, and not the copy of it: what its listeners throw is held.
  Object.defineProperty(observed, 'signal', { get: () => request.signal, configurable: true });
  return observed;
}

function observeInput(
  body: ReadableStream<Uint8Array>,
  length: number,
  inspection: Inspection,
): ReadableStream<Uint8Array> {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  let bytes = 0;
  let isTold = false;
  function tellOnce(check: (typeof INPUT_CHECKS)['I1'] | (typeof INPUT_CHECKS)['I3'], detail: string): void {
    if (isTold) return;
    isTold = true;
    inspection.tell(check, detail, true);
  }
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (inspection.isFinished) tellOnce(INPUT_CHECKS.I1, `it was read after ${bytes} bytes`);
        reader ??= body.getReader();
        const { done, value } = await reader.read();
        if (done) return controller.close();
        bytes += value.length;
        if (bytes > length)
          tellOnce(INPUT_CHECKS.I3, `${bytes} bytes so far, and content-length says ${length}`);
        controller.enqueue(value);
      },
      async cancel(reason) {
        // A bridge whose application has just answered may release what is left.
        later(0, () => {
          if (!inspection.isAnswered) inspection.tell(INPUT_CHECKS.I2, `it did after ${bytes} bytes`, true);
        });
        await (reader ?? body).cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
