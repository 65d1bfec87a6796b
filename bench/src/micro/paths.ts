/**
 * That the time of reading the worst target that fits into Node's head grows with its length and no faster: every
 * function reads what a stranger wrote. `node dist/micro/paths.js`; what clean targets cost is in `core.ts`.
 */
import { performance } from 'node:perf_hooks';
import { parseTarget } from '../../../packages/core/dist/target.js';
import { wideReadings } from '../../../packages/core/dist/readings.js';
import { parseHost } from '../../../packages/core/dist/host.js';
import { parseMountKey } from '../../../packages/core/dist/mount-key.js';

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
  ['bad UTF-8', () => '%ff'],
  ['bad and good UTF-8', () => '%ff%41/'],
  ['other alphabets', () => '%E4%BD%A0'],
  ['everything', (i) => ['/..;x', '%2f', '\\', '//', '%5c..', '/.', '%e4', '%c3%a9', '%', ';'][i % 10] ?? ''],
];

const FUNCTIONS: readonly (readonly [name: string, (text: string) => unknown])[] = [
  ['parseTarget', (text) => parseTarget(`/${text}`)],
  ['parseTarget, host first', (text) => parseTarget(`//a@b/${text}`)],
  ['parseTarget, absolute', (text) => parseTarget(`http://${text}`)],
  ['wideReadings', (text) => wideReadings(`/${text}`)],
  ['parseHost', (text) => parseHost(text)],
  ['parseMountKey', (text) => attempt(() => parseMountKey(`/${text}`, 'bench'))],
];

for (const [name, read] of FUNCTIONS) {
  const rows = FILLINGS.map(([filling, piece]) => {
    const [half, whole] = [8_000, 16_000].map((length) => best(() => read(fill(piece, length)), 15));
    return { filling, half: half ?? 0, whole: whole ?? 0 };
  });
  const [worst] = rows.toSorted((left, right) => right.whole - left.whole);
  if (worst === undefined) continue;
  const growth = worst.half === 0 ? 0 : worst.whole / worst.half;
  console.log(
    `${name}: worst of 16 KB is ${worst.filling}, ${format(worst.whole)}, ${growth.toFixed(2)} times that of 8 KB`,
  );
}

function fill(piece: (index: number) => string, length: number): string {
  let text = '';
  for (let index = 0; text.length < length; index += 1) text += piece(index);
  // Flat, as it comes from a socket.
  return Buffer.from(text.slice(0, length), 'latin1').toString('latin1');
}

/** The shortest of some runs: what the machine does besides only ever adds. In milliseconds. */
function best(run: () => unknown, rounds: number): number {
  let shortest = Infinity;
  for (let round = 0; round < rounds; round += 1) shortest = Math.min(shortest, timeOf(run, 1));
  return shortest;
}

function timeOf(run: () => unknown, times: number): number {
  const start = performance.now();
  for (let time = 0; time < times; time += 1) run();
  return (performance.now() - start) / times;
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
