import { type Application, lint, serve, type ServeOptions, type Server } from 'viaduct';
import { type AccessLogOptions, type LogDestination, withAccessLog } from 'viaduct/logging';
import { onTestFinished, vi } from 'vitest';

/** A destination that keeps what is written. */
export class Written implements LogDestination {
  text = '';

  write(line: string): void {
    this.text += line;
  }

  get lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }

  /** The lines as objects, when there are as many: an answer may be read before its line is written. */
  async entries(count: number): Promise<Record<string, unknown>[]> {
    await this.atLeast(count);
    return this.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  async atLeast(count: number): Promise<string[]> {
    await vi.waitFor(() => {
      if (this.lines.length < count) throw new Error(`${this.lines.length} lines of ${count}:\n${this.text}`);
    }, 5_000);
    return this.lines;
  }
}

export interface Logged {
  readonly server: Server;
  readonly written: Written;
}

/** Serves an application with an access log around it, until the test ends. */
export async function serveLogged(
  application: Application,
  options: Omit<AccessLogOptions, 'destination'> = {},
  serveOptions: ServeOptions = {},
): Promise<Logged> {
  const written = new Written();
  const logged = withAccessLog(lint(application), { ...options, destination: written });
  return { written, server: await open(logged, serveOptions) };
}

export async function open(application: Application, options: ServeOptions = {}): Promise<Server> {
  const server = await serve(application, {
    port: 0,
    host: '127.0.0.1',
    onError: () => undefined,
    ...options,
  });
  onTestFinished(async () => {
    server.httpServer.closeAllConnections();
    await server.close();
  });
  return server;
}
