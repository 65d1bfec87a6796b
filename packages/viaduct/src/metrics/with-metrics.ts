import { type Application, type ApplicationLike, ViaductTypeError } from '@viaduct/core';
import { type EndedExchange, type Observer, withObserver } from '@viaduct/core/internal';
import type { Labels, MetricsClient, MetricsRegister } from './shapes.js';

export interface MetricsOptions {
  /** The module `prom-client`, all that it exports. */
  readonly client: MetricsClient;
  /** Where the metrics are kept. Default: the module's global registry. */
  readonly register?: MetricsRegister;
  /** Upper bounds of the durations' buckets, in seconds. */
  readonly buckets?: readonly number[];
}

/**
 * Counts and times the requests of an application, by mount, method, class of status and outcome:
 *
 * - `viaduct_requests_total{mount, method, status, outcome}`
 * - `viaduct_request_duration_seconds{mount, method, status}`, until the answer has ended; WebSockets are left out
 * - `viaduct_requests_in_flight`
 *
 * Labels have few values, whatever clients ask for: a mount is named by the keys of the table, never by the path,
 * and a method that is not among the usual ones is `other`.
 *
 * @throws {ViaductTypeError} `VIADUCT_E_APPLICATION`, or `VIADUCT_E_OPTION` when `client` is not prom-client.
 */
export function withMetrics(application: ApplicationLike, options: MetricsOptions): Application {
  refuseWrongClient(options.client);
  return withObserver(application, createObserver(options), 'withMetrics');
}

function createObserver({ client, register = client.register, buckets = BUCKETS }: MetricsOptions): Observer {
  const registers = [register];
  const requests = existing<InstanceType<MetricsClient['Counter']>>(
    register,
    'viaduct_requests_total',
    (name) => {
      const labelNames = ['mount', 'method', 'status', 'outcome'];
      return new client.Counter({ name, help: 'Requests whose answer has ended.', labelNames, registers });
    },
  );
  const durations = existing<InstanceType<MetricsClient['Histogram']>>(
    register,
    'viaduct_request_duration_seconds',
    (name) => {
      const help = 'Seconds from the head of the request to the end of the answer.';
      const labelNames = ['mount', 'method', 'status'];
      return new client.Histogram({ name, help, labelNames, buckets: [...buckets], registers });
    },
  );
  const inFlight = existing<InstanceType<MetricsClient['Gauge']>>(
    register,
    'viaduct_requests_in_flight',
    (name) => {
      return new client.Gauge({
        name,
        help: 'Requests whose answer has not ended yet.',
        labelNames: [],
        registers,
      });
    },
  );
  return {
    began: () => inFlight.inc(),
    ended(exchange) {
      inFlight.dec();
      const labels = labelsOf(exchange);
      requests.inc({ ...labels, outcome: exchange.kind });
      // How long a WebSocket stayed open says nothing of how fast it was answered.
      if (exchange.status !== 101) durations.observe(labels, exchange.durationMs / 1_000);
    },
  };
}

function labelsOf({ mounts, method, status }: EndedExchange): Labels {
  return {
    mount: mounts.map((mount) => mount.key).join(' '),
    method: METHODS.has(method) ? method : 'other',
    status: status === undefined ? 'none' : `${Math.floor(status / 100)}xx`,
  };
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** From a millisecond, which a gateway with fast applications needs, to ten seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Two applications that are measured into one registry share its metrics. */
function existing<Metric>(register: MetricsRegister, name: string, create: (name: string) => Metric): Metric {
  return (register.getSingleMetric(name) as Metric | undefined) ?? create(name);
}

function refuseWrongClient(client: unknown): void {
  const { Counter, Histogram, register } = (client ?? {}) as Partial<MetricsClient>;
  if (typeof Counter === 'function' && typeof Histogram === 'function' && register !== undefined) return;
  throw new ViaductTypeError(
    'VIADUCT_E_OPTION',
    "withMetrics: client is not prom-client. Write import * as client from 'prom-client', then { client }.",
  );
}
