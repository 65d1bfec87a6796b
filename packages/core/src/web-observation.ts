import type { EndedExchange } from './ended-exchange.js';
import type { Observed, RequestState } from './exchange.js';
import type { Mount } from './mount-point.js';
import type { Outcome } from './outcome.js';
import { wireOf } from './target.js';
import type { WebExchange } from './web-exchange.js';

/** What an observer is told of an exchange that began with a web `Request`. */
export class WebObservation implements EndedExchange {
  readonly httpVersion: undefined;
  readonly durationMs: number;
  readonly #request: Request;
  readonly #exchange: WebExchange;
  readonly #outcome: Outcome;
  readonly #name: string | undefined;

  constructor(exchange: WebExchange, { request, name }: Observed, outcome: Outcome, durationMs: number) {
    this.durationMs = durationMs;
    this.#request = request;
    this.#exchange = exchange;
    this.#outcome = outcome;
    this.#name = name;
  }

  get method(): string {
    return this.#request.method;
  }

  get target(): string {
    return wireOf(this.#exchange.target);
  }

  get host(): string {
    return this.#exchange.host;
  }

  get clientAddress(): string | undefined {
    return this.#exchange.clientAddress;
  }

  get mounts(): readonly Mount[] {
    return this.#exchange.reached?.mounts ?? [];
  }

  get application(): string | undefined {
    const mount = this.mounts.at(-1);
    return mount === undefined ? this.#name : mount.application.name;
  }

  get status(): number | undefined {
    return this.#outcome.status;
  }

  get bodyBytes(): number {
    return this.#exchange.bodyBytes;
  }

  get kind(): Outcome['kind'] {
    return this.#outcome.kind;
  }

  get state(): RequestState {
    return this.#exchange.state;
  }

  header(name: string): string | undefined {
    return this.#request.headers.get(name) ?? undefined;
  }
}
