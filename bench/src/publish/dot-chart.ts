import { at, type Chart, escape, frame, LAYOUT, lineOf, whisker } from './chart.js';

/** Distance of the grid's lines. */
const step = 0.05;

/** Dots with whiskers around 1, for ratios: a bar from 0 would hide what is asked. */
export function drawDots(chart: Chart): string {
  const { width, labels, right, lineHeight, top } = LAYOUT;
  const { lines, show } = chart;
  const ends = [1, ...lines.flatMap(({ low, high }) => [low, high])];
  const first = Math.floor(Math.min(...ends) / step - 0.2);
  const last = Math.ceil(Math.max(...ends) / step + 0.2);
  const scale = (value: number): number =>
    labels + ((value / step - first) / (last - first)) * (width - labels - right);
  const bottom = top + lines.length * lineHeight;

  const every = Math.ceil((last - first) / 10);
  const grid: string[] = [];
  for (let tick = first; tick <= last; tick += 1) {
    const isOne = tick === Math.round(1 / step);
    if (!isOne && (tick - Math.round(1 / step)) % every !== 0) continue;
    const x = at(scale(tick * step));
    grid.push(
      `<path class="${isOne ? 'one' : 'grid'}" d="M${x} ${top}V${bottom}"/>`,
      `<text class="note" x="${x}" y="${bottom + 18}" text-anchor="middle">${escape(isOne ? 'bare' : (tick * step).toFixed(2))}</text>`,
    );
  }
  const marks = lines.map((line, index) => {
    const middle = top + (index + 0.5) * lineHeight;
    const { value, low, high } = line;
    const dot = `<circle class="mark" cx="${at(scale(value))}" cy="${at(middle)}" r="5.5"/>`;
    return lineOf(
      line,
      middle,
      whisker(scale(low), scale(high), middle) + dot,
      show(value),
      width - right + 16,
    );
  });
  return frame(chart, bottom + 34, [...grid, ...marks]);
}
