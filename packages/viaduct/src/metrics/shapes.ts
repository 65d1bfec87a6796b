/**
 * What is needed of prom-client. A shape, so that it is no dependency of those who measure nothing, and any version
 * with these members fits.
 */
export interface MetricsClient {
  readonly register: MetricsRegister;
  readonly Counter: new (configuration: Configuration) => { inc(labels: Labels): void };
  readonly Gauge: new (configuration: Configuration) => { inc(): void; dec(): void };
  readonly Histogram: new (configuration: Configuration & { readonly buckets: number[] }) => {
    observe(labels: Labels, value: number): void;
  };
}

/** A registry of prom-client: its global one, or one of your own. */
export interface MetricsRegister {
  readonly contentType: string;
  metrics(): Promise<string>;
  getSingleMetric(name: string): unknown;
}

interface Configuration {
  readonly name: string;
  readonly help: string;
  readonly labelNames: string[];
  // oxlint-disable-next-line typescript/no-explicit-any -- a class of theirs with private members, which no shape can stand for
  readonly registers: any[];
}

export type Labels = Record<string, string>;

/** What of prom-client gathers the metrics of several processes. */
export interface GatheringClient extends MetricsClient {
  readonly register: MetricsRegister & GatheredRegister;
  readonly AggregatorRegistry: {
    /** One list for each process. */
    aggregate(processes: readonly (readonly Metric[])[]): GatheredRegister;
  };
}

export interface GatheredRegister {
  metrics(): Promise<string>;
  getMetricsAsJSON(): Promise<readonly Metric[]>;
}

/** A metric with its values, as prom-client writes it for other processes. */
export interface Metric {
  readonly name: string;
  readonly type: unknown;
}
