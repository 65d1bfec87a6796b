import type { Runner } from './runner.js';

/** The process ids of the workers that live, the oldest first, by what the log says. */
export function workersOf({ lines }: Runner): number[] {
  const gone = lines.filter(({ msg }) => /^worker \d+ (?:ended|died)/.test(msg)).map(({ worker }) => worker);
  const started = lines
    .filter(({ msg }) => /^worker \d+ starts/.test(msg))
    .map(({ worker }) => worker as number);
  return started.filter((pid) => !gone.includes(pid));
}

/** Those of them that have begun to serve. */
export function servingOf(runner: Runner): number[] {
  const serving = runner.lines
    .filter(({ msg }) => /^worker \d+ serves/.test(msg))
    .map(({ worker }) => worker);
  return workersOf(runner).filter((pid) => serving.includes(pid));
}
