import { type Application, type ErrorInfo, serve, type ServeOptions, type Server } from 'viaduct';
import { onTestFinished } from 'vitest';
import { Connection } from './connection.js';

export interface OpenedServer {
  readonly server: Server;
  /** What was reported, with what is known of it. */
  readonly reports: { readonly error: unknown; readonly info: ErrorInfo }[];
  /** A connection that is reset when the test ends. */
  connect(): Promise<Connection>;
}

/** Serves an application until the test that calls this ends. */
export async function openServer(
  application: Application,
  options: ServeOptions = {},
): Promise<OpenedServer> {
  const reports: OpenedServer['reports'] = [];
  const server = await serve(application, {
    port: 0,
    host: '127.0.0.1',
    onError: (error, info) => void reports.push({ error, info }),
    ...options,
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
