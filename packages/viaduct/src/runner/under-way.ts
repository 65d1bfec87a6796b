import type { Server } from 'node:http';
import { answersOf } from '@viaduct/core/internal';

/** How many targets a report names. */
const NAMED_TARGETS = 5;

export interface UnderWay {
  readonly requests: number;
  /** The targets of a few of them, as they came. */
  readonly targets: readonly string[];
}

/** What is under way over HTTP/1.1 on a server. */
export function underWayOn(server: Server): UnderWay {
  const answers = answersOf(server);
  return {
    requests: answers.length,
    targets: answers.slice(0, NAMED_TARGETS).map(({ req }) => `${req.method} ${req.url}`),
  };
}
