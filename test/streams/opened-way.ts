import { createDispatcher, type ErrorInfo, serve, type Server } from 'viaduct';
import type { TestContext } from 'vitest';
import type { Behaviour } from '../conformance/behaviour.js';
import { Connection } from '../conformance/connection.js';
import type { WAYS } from './passages.js';

export interface OpenedWay {
  readonly server: Server;
  readonly reports: unknown[];
  connect(): Promise<Connection>;
}

/** Serves a behaviour at `/app`, in one of the ways, until the test ends; tests may run at the same time. */
export async function openWay(
  { kind, passage }: (typeof WAYS)[number],
  behaviour: Behaviour,
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  breaches: readonly string[] = [],
): Promise<OpenedWay> {
  const reports: unknown[] = [];
  const application = passage.around(kind.create(behaviour, breaches));
  const server = await serve(createDispatcher({ '/app': application }), {
    port: 0,
    host: '127.0.0.1',
    onError: (error: unknown, _info: ErrorInfo) => void reports.push(error),
    closeTimeoutMs: 1_000,
  });
  const connections: Connection[] = [];
  onTestFinished(async () => {
    for (const connection of connections) connection.reset();
    await server.close();
  });
  return {
    server,
    reports,
    async connect() {
      const connection = await Connection.open(server.port);
      connections.push(connection);
      return connection;
    },
  };
}
