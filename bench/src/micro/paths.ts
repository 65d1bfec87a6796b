/**
 * D5: that the time of reading the worst that fits into Node's head grows with its length and no faster: every
 * function here reads what a stranger wrote. `node dist/micro/paths.js`; what clean targets cost is in `core.ts`.
 *
 * Ends with 1 when twice the length takes more than 2.5 times as long.
 */
import type { IncomingMessage } from 'node:http';
import { performance } from 'node:perf_hooks';
import { GuardTable } from '../../../packages/core/dist/guards.js';
import { scanHead } from '../../../packages/core/dist/head-scan.js';
import { parseHost } from '../../../packages/core/dist/host.js';
import { parseMountKey } from '../../../packages/core/dist/mount-key.js';
import { MountTable } from '../../../packages/core/dist/mount-table.js';
import { wideReadings } from '../../../packages/core/dist/readings.js';
import { parseTarget } from '../../../packages/core/dist/target.js';
import { createForwarding } from '../../../packages/node/dist/forwarded-headers.js';
import { quoted } from '../../../packages/viaduct/dist/logging/printable.js';

/** What a path is filled with; `i` makes each piece another one. */
const FILLINGS: readonly (readonly [name: string, (i: number) => string])[] = [
  ['encoded letters', () => '%61'],
  ['encoded slashes', () => '%2f'],
  ['encoded dots and slashes', () => '..%2f'],
  ['parents, encoded', () => '/%2e%2e'],
  ['down and up', () => '/a/..'],
  ['up', () => '/..'],
  ['slashes', () => '/'],
  ['backslashes', () => '\\'],
  ['all slashes', () => '/\\%2f%5c'],
  ['parameters', () => '/a;b=c'],
  ['semicolons', () => ';'],
  ['parents with parameters', () => '/..;x'],
  ['percent signs', () => '%'],
  ['triplets of triplets', () => '%%36%31'],
  ['letters of Latin-1', () => '\u00e9'],
  ['bad UTF-8', () => '%ff'],
  ['bad and good UTF-8', () => '%ff%41/'],
  ['other alphabets', () => '%E4%BD%A0'],
  ['addresses', (i) => `10.0.0.${i % 256}, `],
  ['spaces', () => ' '],
  ['commas', () => ','],
  ['digits and dots', () => '1.'],
  ['everything', (i) => ['/..;x', '%2f', '\\', '//', '%5c..', '/.', '%e4', '%c3%a9', '%', ';'][i % 10] ?? ''],
];

const nothing = (): Response => new Response();
/** Each path below the one before, so that every segment of a target leads on. */
const nested = Array.from({ length: 200 }, (_, depth) => '/a'.repeat(depth + 1));
const mounts = new MountTable(
  Object.fromEntries(['/', ...nested].map((path) => [path, nothing])),
  false,
  undefined,
);
const guards = new GuardTable(Object.fromEntries(nested.map((path) => [path, () => undefined])));
const nobody = (): void => {};
const trusting = createForwarding(['loopback', '10.0.0.0/8'], nobody);
const suspicious = createForwarding(undefined, nobody);

/** As many headers as fit, each with a name of those that are looked for. */
function rawHeaders(text: string): string[] {
  const raw: string[] = [];
  for (let length = 0; length < text.length; length += 17) raw.push('x-forwarded-hosts', text.slice(0, 1));
  return raw;
}

function requestWith(text: string): IncomingMessage {
  return {
    socket: { remoteAddress: '127.0.0.1' },
    headers: { 'x-forwarded-for': text, 'x-forwarded-host': text, 'x-forwarded-prefix': text },
    rawHeaders: rawHeaders(text),
  } as unknown as IncomingMessage;
}

const ROUNDS = 15;
const MOST_GROWTH = 2.5;
/** What takes less is measured by chance. */
const LONG_ENOUGH_MS = 0.25;

const FUNCTIONS: readonly (readonly [name: string, (text: string) => unknown])[] = [
  ['parseTarget', (text) => parseTarget(`/${text}`)],
  ['parseTarget, host first', (text) => parseTarget(`//a@b/${text}`)],
  ['parseTarget, absolute', (text) => parseTarget(`http://${text}`)],
  ['wideReadings', (text) => wideReadings(`/${text}`)],
  ['parseHost', (text) => parseHost(text)],
  ['parseMountKey', (text) => attempt(() => parseMountKey(`/${text}`, 'bench'))],
  ['MountTable.match', (text) => matched(`/a/${text}`)],
  ['MountTable.match, nested', (text) => matched('/a'.repeat(text.length / 2))],
  ['GuardTable.wouldApply', (text) => guarded(`/a/${text}`)],
  ['GuardTable.wouldApply, nested', (text) => guarded('/a'.repeat(text.length / 2))],
  ['scanHead', (text) => scanHead(rawHeaders(text))],
  ['forwarded headers, believed', (text) => trusting.read(requestWith(text))],
  ['forwarded headers, removed', (text) => suspicious.read(requestWith(text))],
  ['quoted, of the access log', (text) => quoted(text)],
];

function matched(text: string): unknown {
  const target = parseTarget(text);
  return target === undefined ? undefined : mounts.match(target, '', '');
}

function guarded(text: string): unknown {
  const target = parseTarget(text);
  return target === undefined ? undefined : guards.wouldApply(target, '', '');
}

for (const [name, read] of FUNCTIONS) {
  const rows = FILLINGS.map(([filling, piece]) => {
    const measured = measure(read, piece);
    // Once more: what the collector or a neighbour does in the middle of all rounds looks like growth.
    const { half, whole } = growsTooFast(measured) ? measure(read, piece) : measured;
    return { filling, half, whole };
  });
  const [worst] = rows.toSorted((left, right) => right.whole - left.whole);
  if (worst === undefined) continue;
  const growth = worst.whole / worst.half;
  console.log(
    `${name}: worst of 16 KB is ${worst.filling}, ${format(worst.whole)}, ${growth.toFixed(2)} times that of 8 KB`,
  );
  for (const { filling, half, whole } of rows) {
    if (!growsTooFast({ half, whole })) continue;
    console.error(`! ${name} of ${filling}: ${format(half)} at 8 KB, ${format(whole)} at 16 KB`);
    process.exitCode = 1;
  }
}

interface Times {
  readonly half: number;
  readonly whole: number;
}

function measure(read: (text: string) => unknown, piece: (index: number) => string): Times {
  return { half: best(read, piece, 8_000), whole: best(read, piece, 16_000) };
}

function growsTooFast({ half, whole }: Times): boolean {
  return whole >= LONG_ENOUGH_MS && whole > half * MOST_GROWTH;
}

/** The shortest of some runs: what the machine does besides only ever adds. In milliseconds. */
function best(read: (text: string) => unknown, piece: (index: number) => string, length: number): number {
  let shortest = Infinity;
  for (let round = 0; round < ROUNDS; round += 1) {
    // Another string each time, since an engine remembers what it has found in one.
    const text = fill(piece, length);
    const start = performance.now();
    read(text);
    shortest = Math.min(shortest, performance.now() - start);
  }
  return shortest;
}

function fill(piece: (index: number) => string, length: number): string {
  let text = '';
  for (let index = 0; text.length < length; index += 1) text += piece(index);
  // Flat, as it comes from a socket.
  return Buffer.from(text.slice(0, length), 'latin1').toString('latin1');
}

function attempt(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

function format(milliseconds: number): string {
  if (milliseconds < 0.001) return `${(milliseconds * 1e6).toFixed(0)} ns`;
  return milliseconds < 1 ? `${(milliseconds * 1e3).toFixed(1)} µs` : `${milliseconds.toFixed(2)} ms`;
}
