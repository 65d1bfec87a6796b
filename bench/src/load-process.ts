import { serveParent } from './child.js';
import type { Question } from './contender.js';
import { connectAll, disconnectAll, type LoadResult, run } from './load.js';

// The process of the load generator.

/** What it can be told. */
export type LoadCommand =
  | {
      readonly do: 'connect';
      readonly port: number;
      readonly connections: number;
      readonly pipelining: number;
    }
  | { readonly do: 'run'; readonly question: Question; readonly ms: number }
  | { readonly do: 'disconnect' };

serveParent<LoadCommand, LoadResult | null>(async (command) => {
  if (command.do === 'run') return run(command.question, command.ms);
  if (command.do === 'connect') await connectAll(command.port, command.connections, command.pipelining);
  else disconnectAll();
  return null;
});
