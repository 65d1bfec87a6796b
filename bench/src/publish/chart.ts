/** One line of a chart. */
export interface Line {
  readonly label: string;
  readonly value: number;
  /** Where the whisker begins and ends. */
  readonly low: number;
  readonly high: number;
  /** `ours` is what the page is about, `bare` what it is measured by; the others are `other`. */
  readonly kind: 'ours' | 'bare' | 'other';
}

/** What is drawn. */
export interface Chart {
  readonly title: string;
  /** What is measured, and which direction is better. */
  readonly subtitle: string;
  readonly lines: readonly Line[];
  /** What stands behind a line. */
  readonly show: (value: number) => string;
}

/** Measures that all charts share, in pixels. */
export const LAYOUT = { width: 760, labels: 268, right: 96, lineHeight: 30, top: 70 } as const;

/** A chart around its marks, as SVG that follows the reader's light or dark theme. */
export function frame({ title, subtitle }: Chart, height: number, marks: readonly string[]): string {
  const { width } = LAYOUT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(title)}">`,
    `<style>${style}</style>`,
    `<rect class="page" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8"/>`,
    `<text class="title" x="20" y="32">${escape(title)}</text>`,
    `<text class="note" x="20" y="53">${escape(subtitle)}</text>`,
    ...marks,
    '</svg>',
    '',
  ].join('\n');
}

/** The label and the value of a line, around the mark that stands between. */
export function lineOf(
  { label, kind }: Line,
  middle: number,
  mark: string,
  text: string,
  textAt: number,
): string {
  return [
    `<g class="${kind}">`,
    `<text class="label" x="${LAYOUT.labels - 12}" y="${at(middle + 4.5)}" text-anchor="end">${escape(label)}</text>`,
    mark,
    `<text class="value" x="${at(textAt)}" y="${at(middle + 4.5)}">${escape(text)}</text>`,
    '</g>',
  ].join('');
}

/** A whisker from one place to another. */
export function whisker(from: number, to: number, middle: number): string {
  return `<path class="whisker" d="M${at(from)} ${at(middle)}H${at(to)}M${at(from)} ${at(middle - 4)}v8M${at(to)} ${at(middle - 4)}v8"/>`;
}

/** Tenths of a pixel are enough, and give the same text on every machine. */
export function at(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** Text as it stands in SVG. */
export function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

const style = [
  'text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-size:13px;fill:#1f2937}',
  '.page{fill:#fff;stroke:#e5e7eb}',
  '.title{font-size:16px;font-weight:600}',
  '.note{font-size:12px;fill:#6b7280}',
  '.value{font-variant-numeric:tabular-nums}',
  '.mark{fill:#c3cad5}.bare .mark{fill:#8b95a5}.ours .mark{fill:#2f6fed}',
  '.ours .label,.ours .value{font-weight:600}',
  '.whisker{stroke:#111827;stroke-opacity:.5;stroke-width:1.2;fill:none}',
  '.grid{stroke:#e5e7eb;fill:none}.one{stroke:#6b7280;fill:none}',
  '@media(prefers-color-scheme:dark){text{fill:#e6e9ee}.page{fill:#14181f;stroke:#2b323d}.note{fill:#98a2b3}',
  '.mark{fill:#465060}.bare .mark{fill:#737f91}.ours .mark{fill:#5b8dff}.whisker{stroke:#f3f4f6}',
  '.grid{stroke:#2b323d}.one{stroke:#98a2b3}}',
].join('');
