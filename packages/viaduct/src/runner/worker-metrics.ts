import type { GatheringClient, Metric, MetricsRegister } from '../metrics/shapes.js';
import type { WorkerProcess } from './worker-process.js';

/** A worker whose event loop stands still is shown as it was last: who scrapes waits for 10 s at most by default. */
const ANSWER_WITHIN_MS = 1_000;

/**
 * The metrics of all workers, added up as prom-client does for a cluster.
 *
 * What workers that are gone have counted stays in: a sum that goes down is taken by Prometheus for a process that
 * began anew, and its whole value for new requests.
 */
export class WorkerMetrics implements Pick<MetricsRegister, 'contentType' | 'metrics'> {
  readonly #client: GatheringClient;
  readonly #workers: () => Iterable<WorkerProcess>;
  #gone: Promise<readonly Metric[]> = Promise.resolve([]);

  constructor(client: GatheringClient, workers: () => Iterable<WorkerProcess>) {
    this.#client = client;
    this.#workers = workers;
  }

  get contentType(): string {
    return this.#client.register.contentType;
  }

  async metrics(): Promise<string> {
    const asked = Array.from(this.#workers(), (worker) => worker.askForMetrics(ANSWER_WITHIN_MS));
    const living = await Promise.all(asked);
    return this.#sum([await this.#gone, ...living]).metrics();
  }

  /** Keeps what a worker has counted by the last time that it was heard of. */
  bury({ metrics }: WorkerProcess): void {
    const counted = metrics.filter(({ type }) => COUNTED.has(type));
    this.#gone = this.#gone.then((gone) => this.#sum([gone, counted]).getMetricsAsJSON());
  }

  #sum(
    processes: readonly (readonly Metric[])[],
  ): ReturnType<GatheringClient['AggregatorRegistry']['aggregate']> {
    return this.#client.AggregatorRegistry.aggregate(processes);
  }
}

/** What grows for ever. Gauges tell of now, and end with their process. */
const COUNTED: ReadonlySet<unknown> = new Set(['counter', 'histogram']);
