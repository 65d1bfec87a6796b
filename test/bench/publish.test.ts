import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { merge } from '../../bench/dist/publish/published.js';
import { fillSections } from '../../bench/dist/publish/sections.js';
import { judge } from '../../bench/dist/verdict.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = join(root, 'bench/dist/publish/main.js');
const execute = promisify(execFile);

function figure(
  value: number,
  low: number,
  high: number,
  noise = 0,
): { title: string; unit: string; value: number; low: number; high: number; noise: number } {
  return { title: 'a figure', unit: 'ratio', value, low, high, noise };
}

describe('docs/performance.md', () => {
  let docs: string;

  beforeEach(async () => {
    docs = await mkdtemp(join(tmpdir(), 'viaduct-docs-'));
    await cp(join(root, 'docs/performance.md'), join(docs, 'performance.md'));
    await cp(join(root, 'docs/performance'), join(docs, 'performance'), { recursive: true });
  });

  afterEach(() => rm(docs, { recursive: true, force: true }));

  const check = (): Promise<{ stdout: string }> =>
    execute(process.execPath, [program, '--docs', docs, '--check']);

  it('its tables and pictures are those that its figures give', { timeout: 30_000 }, async () => {
    await check();
  });

  it('a changed figure, table or picture is found out', { timeout: 60_000 }, async () => {
    for (const [file, from, to] of [
      ['performance/results.json', /"value":(\d)/, '"value":9$1'],
      ['performance.md', /\| what \|/, '| wat |'],
      ['performance/cost.svg', /circle/, 'ellipse'],
    ] as const) {
      const path = join(docs, file);
      const text = await readFile(path, 'utf8');
      await writeFile(path, text.replace(from, to));
      const failure = await check().catch((error: unknown) => error);
      expect(failure, file).toMatchObject({ code: 1, stderr: expect.stringContaining('bench:publish') });
      await writeFile(path, text);
    }
  });

  it('figures of a quick run are not published', () => {
    const environment = {
      date: '2026-01-01T00:00:00Z',
      command: 'pnpm bench --quick',
      versions: '',
      cpu: '',
      system: '',
      cores: '',
    };
    const measured = { cost: { environment, isQuick: true, figures: {}, details: {} } };
    expect(() => merge({}, measured)).toThrow(/cost was run with --quick/);
  });

  it('markers without a text, and texts without markers, are told of', () => {
    expect(fillSections('<!-- a -->\nold\n<!-- /a -->\n', { a: 'new' })).toBe(
      '<!-- a -->\nnew\n<!-- /a -->\n',
    );
    expect(() => fillSections('<!-- a -->\n<!-- /a -->\n', {})).toThrow(/"a"/);
    expect(() => fillSections('', { b: 'text' })).toThrow(/no markers for b/);
  });
});

describe('Verdicts on goals', () => {
  it('a goal is met or missed when the whole spread is on one side of it', () => {
    expect(judge(figure(1.01, 1, 1.02), { atMost: 1.03 })).toBe('met');
    expect(judge(figure(1.06, 1.04, 1.08), { atMost: 1.03 })).toBe('missed');
    expect(judge(figure(1.4, 1.3, 1.5), { atLeast: 1.2 })).toBe('met');
    expect(judge(figure(1.1, 1, 1.15), { atLeast: 1.2 })).toBe('missed');
  });

  it('it is within noise when the spread holds the goal, or null tests differ by more', () => {
    expect(judge(figure(1.02, 1, 1.05), { atMost: 1.03 })).toBe('within noise');
    expect(judge(figure(1.04, 1.02, 1.05), { atMost: 1.03 })).toBe('within noise');
    expect(judge(figure(1.01, 1, 1.02, 0.05), { atMost: 1.03 })).toBe('within noise');
    expect(judge(figure(1.25, 1.21, 1.3, 0.1), { atLeast: 1.2 })).toBe('within noise');
  });

  it('it is unclear when too few processes were started for a spread', () => {
    expect(judge({ ...figure(1.01, 1, 1.02), generations: 4 }, { atMost: 1.03 })).toBe('unclear');
    expect(judge({ ...figure(1.01, 1, 1.02), generations: 5 }, { atMost: 1.03 })).toBe('met');
  });
});
