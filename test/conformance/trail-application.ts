import type { Application } from 'viaduct';

export interface TrailOptions {
  readonly failsToStart?: unknown;
  readonly failsToStop?: unknown;
}

/** An application that writes its starts and stops into a trail, each a turn long. */
export function trailing(name: string, trail: string[], options: TrailOptions = {}): Application {
  return {
    name,
    fetch: () => new Response(name),
    async start() {
      trail.push(`${name} starts`);
      await Promise.resolve();
      if ('failsToStart' in options) throw options.failsToStart;
      trail.push(`${name} started`);
    },
    async stop() {
      trail.push(`${name} stops`);
      await Promise.resolve();
      if ('failsToStop' in options) throw options.failsToStop;
      trail.push(`${name} stopped`);
    },
  };
}
