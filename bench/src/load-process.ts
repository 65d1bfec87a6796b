import { serveParent } from './child.js';
import { connectAll, disconnectAll, type LoadResult, run, runTimed, type TimedResult } from './load.js';
import { questionOf, type WorkloadName } from './workloads.js';

// The process of the load generator.

/** What it can be told. */
export type LoadCommand =
  | {
      readonly do: 'connect';
      readonly port: number;
      readonly connections: number;
      readonly pipelining: number;
    }
  | {
      readonly do: 'run';
      readonly workload: WorkloadName;
      readonly basePath: string;
      readonly ms: number;
      /** Requests per second, at fixed times; without it, each as soon as the last has been answered. */
      readonly rate?: number | undefined;
    }
  | { readonly do: 'disconnect' };

serveParent<LoadCommand, LoadResult | TimedResult | null>(async (command) => {
  if (command.do === 'run') {
    const { workload, basePath, ms, rate } = command;
    const question = questionOf(workload, basePath);
    return rate === undefined ? run(question, ms) : runTimed(question, ms, rate);
  }
  if (command.do === 'connect') await connectAll(command.port, command.connections, command.pipelining);
  else disconnectAll();
  return null;
});
