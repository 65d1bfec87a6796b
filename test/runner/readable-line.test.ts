import { expect, test } from 'vitest';
import { readableLine } from '../../packages/viaduct/dist/runner/readable-line.js';

const line = (level: number, msg: string): string =>
  JSON.stringify({ level, time: 0, name: 'viaduct', worker: 7, msg });

test('on a terminal, a line of the log is the time and what it says, and tells errors from the rest', () => {
  expect(readableLine(line(30, 'worker 7 serves'))).toMatch(/^\d\d:\d\d:\d\d {2}worker 7 serves\n$/);
  expect(readableLine(line(40, 'cut'))).toMatch(/^[\d:]{8} {2}WARNING {2}cut\n$/);
  expect(readableLine(line(50, 'died'))).toMatch(/^[\d:]{8} {2}ERROR {2}died\n$/);
});

test('nothing in a message moves the cursor, clears the screen, or turns the text around', () => {
  const shown = readableLine(line(50, 'a\u001b[2Jb\rc\u009b1Ad\u202ee\nf'));
  expect(shown.slice(8)).toBe('  ERROR  a�[2Jb�c�1Ad�e\nf\n');
});
