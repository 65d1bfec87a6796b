import type { ServerResponse } from 'node:http';
import { scanHead, sendPlain, watchUpload, whenClosed } from '@viaduct/core/internal';

/** Counts the requests that are being answered, and refuses those beyond a limit. Made where there is one. */
export class InFlight {
  readonly #most: number;
  readonly #release = (): void => {
    this.#count -= 1;
  };
  #count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** @returns `false` when there are too many: the request has been answered with 503. */
  take(response: ServerResponse): boolean {
    if (this.#count >= this.#most) {
      const { req: request } = response;
      watchUpload(request, response, scanHead(request.rawHeaders).bodyBytes);
      sendPlain(response, 503, { 'retry-after': '1' });
      return false;
    }
    this.#count += 1;
    whenClosed(response, this.#release);
    return true;
  }
}
