import { at, type Chart, frame, LAYOUT, lineOf, whisker } from './chart.js';

const barHeight = 16;

/** Bars from 0, with whiskers, one below the other. */
export function drawBars(chart: Chart): string {
  const { width, labels, right, lineHeight, top } = LAYOUT;
  const { lines, show } = chart;
  const most = Math.max(...lines.flatMap(({ value, high }) => [value, high]));
  const scale = (value: number): number => labels + (value / most) * (width - labels - right);
  const marks = lines.map((line, index) => {
    const middle = top + (index + 0.5) * lineHeight;
    const { value, low, high } = line;
    const length = Math.max(scale(value) - labels, 1);
    const bar = `<rect class="mark" x="${labels}" y="${at(middle - barHeight / 2)}" width="${at(length)}" height="${barHeight}" rx="3"/>`;
    const textAt = Math.max(scale(value), scale(high)) + 8;
    return lineOf(line, middle, bar + whisker(scale(low), scale(high), middle), show(value), textAt);
  });
  return frame(chart, top + lines.length * lineHeight + 16, marks);
}
