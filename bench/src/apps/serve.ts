import { type ApplicationLike, createDispatcher, serve } from 'viaduct';

/** Serves an application by Viaduct on a free port of the loopback address, and returns the port. */
export async function serveOnLoopback(application: ApplicationLike): Promise<number> {
  const { port } = await serve(application, { port: 0, host: '127.0.0.1' });
  return port;
}

/** Serves it behind a dispatcher that has nothing else. */
export function serveAlone(application: ApplicationLike): Promise<number> {
  return serveOnLoopback(createDispatcher({ '/': application }));
}
