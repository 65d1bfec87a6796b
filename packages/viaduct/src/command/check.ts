import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CheckMessage, Finding, Stage } from '../check/finding.js';
import { EXIT } from '../exit-code.js';
import { duration, type Option, toggle } from '../settings/option.js';
import type { Command } from './command.js';

const RUN = fileURLToPath(new URL('../check/run.js', import.meta.url));

/** Longer than the throw-away process waits before it tells what keeps it alive. */
const END_TIMEOUT_MS = 3_000;

const timeoutMs = duration({
  group: 'Check',
  help: 'how long loading, starting, the requests to one mount, and stopping may each take',
  default: 30_000,
});
const json = toggle({ group: 'Output', help: 'print JSON', default: false });

/** Tries an application in a throw-away process. */
const check: Command = {
  usage: 'check [module[#export]]',
  description:
    'Loads an application in a process of its own, starts it, holds it to the contract while it sends it the safe ' +
    'requests of the path corpus, below every mount and every guard, stops it, and sees whether the process ends. ' +
    'Ends with 1 when it has found something.',
  examples: [
    { command: 'viaduct check', about: 'application.ts' },
    { command: 'viaduct check --json > findings.json', about: 'for a program to read' },
  ],
  options: { timeoutMs, json } as Readonly<Record<string, Option<unknown>>>,
  maxOperands: 1,
  async run({ operands: [specifier], flags, cwd }) {
    const report = await runCheck(specifier, cwd, Number(flags.get('timeoutMs') ?? timeoutMs.default));
    if (flags.get('json') === true) console.log(JSON.stringify(report, undefined, 2));
    else print(report);
    return report.findings.length === 0 ? EXIT.done : EXIT.fault;
  },
};

export default check;

interface Report {
  readonly requests: number;
  /** What they were aimed at: `/`, `/api`, `guard /admin`. */
  readonly places: readonly string[];
  readonly findings: readonly Finding[];
}

async function runCheck(specifier: string | undefined, cwd: string, limitMs: number): Promise<Report> {
  const findings: Finding[] = [];
  const places: string[] = [];
  let requests = 0;
  const progress: { stage: Stage } = { stage: 'load' };
  const run = fork(RUN, [], {
    cwd,
    env: { ...process.env, VIADUCT_CHECK_RUN: JSON.stringify({ specifier, cwd }) },
    // What the application prints is no part of the report.
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const tooLong = (): void => {
    if (progress.stage !== 'end') findings.push(neverEnding(progress.stage, limitMs));
    run.kill('SIGKILL');
  };
  let timer = setTimeout(tooLong, limitMs);
  run.on('message', (message: CheckMessage) => {
    if (message.type === 'finding') findings.push(message.finding);
    if (message.type === 'tried') ({ requests } = message);
    if (message.type === 'place') places.push(message.name);
    if (message.type === 'stage') progress.stage = message.stage;
    if (message.type !== 'stage' && message.type !== 'place') return;
    clearTimeout(timer);
    timer = setTimeout(tooLong, progress.stage === 'end' ? END_TIMEOUT_MS : limitMs);
  });
  const [code, signal] = (await once(run, 'close')) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  const isKilled = signal === 'SIGKILL' && findings.length > 0;
  if (progress.stage !== 'end' && !isKilled) findings.push(ended(progress.stage, code, signal));
  return { requests, places, findings };
}

function neverEnding(stage: Stage, limitMs: number): Finding {
  const message = `${WORDS[stage]} took longer than ${limitMs} ms`;
  return {
    id: `${stage}-timeout`,
    blames: 'application',
    message,
    cure: 'Give what it waits for a deadline of its own.',
  };
}

function ended(stage: Stage, code: number | null, signal: string | null): Finding {
  const how = signal ?? `exit code ${String(code)}`;
  const message = `the process ended with ${how} during: ${WORDS[stage]}`;
  return {
    id: 'exit',
    blames: 'application',
    message,
    cure: 'Throw an error in the place of process.exit(): the others live in this process too.',
  };
}

const WORDS: Readonly<Record<Stage, string>> = {
  load: 'loading the module',
  start: 'start()',
  try: 'the requests',
  stop: 'stop()',
  end: 'the end',
};

function print({ findings, requests, places }: Report): void {
  for (const { id, blames, mount, message, cure } of findings) {
    const where = mount === undefined ? '' : `${mount}: `;
    console.log(`${id}  (${blames})  ${where}${message}\n    ${cure}`);
  }
  const count = findings.length === 1 ? '1 finding' : `${findings.length} findings`;
  const where = places.length === 0 ? '' : `, to ${places.join(', ')}`;
  console.log(`${count}, ${requests} requests${where}`);
}
