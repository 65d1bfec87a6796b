import type { Figure } from '../run-report.js';
import { drawBars } from './bar-chart.js';
import type { Chart, Line } from './chart.js';
import { drawDots } from './dot-chart.js';
import { type Publications, serverFigures } from './published.js';
import { PEERS_OF_KOA, TIMED, WEB } from './line-ups.js';
import type { Titles } from './tables.js';

/** Every picture of the page, by file name. Of what has not been measured there is none. */
export function makeCharts(publications: Publications, titles: Titles): Readonly<Record<string, string>> {
  const figures = serverFigures(publications);
  const line = (key: string, name: string, label?: string): Line[] => {
    const figure = figures[key];
    if (figure === undefined) return [];
    return [{ label: label ?? titles.get(name)?.title ?? name, kind: kindOf(name), ...spreadOf(figure) }];
  };
  const charts: Record<string, string> = {};
  const add = (
    file: string,
    draw: (chart: Chart) => string,
    lines: readonly Line[],
    rest: Omit<Chart, 'lines'>,
  ): void => {
    if (lines.length > 0) charts[file] = draw({ lines, ...rest });
  };
  const microseconds = (value: number): string => `${value.toFixed(value < 100 ? 1 : 0)} µs`;

  add(
    'cost.svg',
    drawDots,
    COSTS.flatMap(([key, name, label]) => line(key, name, label)),
    {
      title: 'What Viaduct costs',
      subtitle:
        'Server CPU time of a request, divided by that of the bare application. Whiskers: 95 % interval',
      show: (value) => value.toFixed(3),
    },
  );
  add(
    'peers-koa.svg',
    drawBars,
    sorted(PEERS_OF_KOA.flatMap((name) => line(`peers.hello.cpu.${name}`, name))),
    {
      title: 'One Koa application, and what can stand before it',
      subtitle: 'Server CPU time of a request, a small JSON answer. Shorter is better',
      show: microseconds,
    },
  );
  add('peers-web.svg', drawBars, sorted(WEB.flatMap((name) => line(`peers.hello.cpu.${name}`, name))), {
    title: 'Applications with a fetch handler, on Node',
    subtitle: 'Server CPU time of a request, a small JSON answer. Shorter is better',
    show: microseconds,
  });
  add(
    'latency.svg',
    drawBars,
    TIMED.flatMap((name) => line(`latency.hello.p99.${name}`, name)),
    {
      title: 'Latency of 99 of 100 requests',
      subtitle: '1,000 requests a second at fixed times, counted from when each was due. Shorter is better',
      show: (value) => `${value.toFixed(2)} ms`,
    },
  );
  return charts;
}

/** Ratios to the bare application: key, contender, label. */
const COSTS: readonly (readonly [string, string, string])[] = [
  ['cost.product.cpu.koa-again/koa', 'koa', 'bare Koa, measured twice'],
  ['cost.product.cpu.prefix-koa/koa', 'prefix-koa', 'Koa behind one if'],
  ['cost.product.cpu.viaduct-koa/koa', 'viaduct-koa', 'Koa behind Viaduct'],
  ['cost.product.cpu.viaduct-koa-10000/koa', 'viaduct-koa', 'Koa, 10,000 mounts'],
  ['cost.product.cpu.viaduct-koa-deep/koa', 'viaduct-koa', 'Koa, three deep, with a guard'],
  ['cost.product.cpu.fastify-again/fastify', 'fastify', 'bare Fastify, measured twice'],
  ['cost.product.cpu.prefix-fastify/fastify', 'prefix-fastify', 'Fastify behind one if'],
  ['cost.product.cpu.viaduct-fastify/fastify', 'viaduct-fastify', 'Fastify behind Viaduct'],
  ['cost.product.cpu.viaduct-fastify-10000/fastify', 'viaduct-fastify', 'Fastify, 10,000 mounts'],
  ['cost.product.cpu.viaduct-fastify-deep/fastify', 'viaduct-fastify', 'Fastify, three deep, with a guard'],
];

function kindOf(name: string): Line['kind'] {
  if (name.startsWith('viaduct') || name.includes('-in-')) return 'ours';
  return ['node', 'node-web', 'koa', 'fastify'].includes(name) ? 'bare' : 'other';
}

function spreadOf({ value, low = value, high = value }: Figure): Pick<Line, 'value' | 'low' | 'high'> {
  return { value, low, high };
}

function sorted(bars: readonly Line[]): Line[] {
  return bars.toSorted((one, other) => one.value - other.value);
}
