import { versions, PLANTS } from './plants.js';
import type { Row } from './visit.js';

/** The page `docs/router-garden.md`. */
export function page(rows: readonly Row[]): string {
  const names = PLANTS.map(({ name }) => name);
  const bypasses = names.map((name) => rows.filter((row) => isBypass(row, name)).length);
  const lines = rows.map((row) => {
    const cells = names.map((name) => cell(row, name));
    return `| ${code(row.target)} | ${cells.join(' | ')} | ${row.viaduct} |`;
  });
  return `# The router garden

Who reads which target how. Six routers, as they are, were asked for every target of the path corpus, byte for byte on a raw socket. This page is what they answered; it is written by a program (\`npm run garden\` in \`test/\`), and a test fails when it is out of date.

Every app has the routes \`/\`, \`/admin\`, \`/admin/secret\` and \`/public/:name\`. A cell tells the route that ran, or the parameter that it got, or the status when none ran. **Bold** is a handler below \`/admin\` reached by a target that does not begin with \`/admin\` as a segment: a guard that compares the path as it came, as most are written, does not run for it. That is the whole bug behind most advisories of this field in 2026.

The last column is a dispatcher of Viaduct with a guard on \`/admin\`, a mount \`/public\` and a fallback: *guard*, *passed* unchanged, or refused with 400 because the readings lead to different mounts. What these words mean is in [paths](paths.md).

${versions().join(', ')}.

| | ${names.join(' | ')} |
|---|${names.map(() => '---|').join('')}
| targets that pass a plain guard on \`/admin\` | ${bypasses.join(' | ')} |

| target | ${names.join(' | ')} | Viaduct |
|---|${names.map(() => '---|').join('')}---|
${lines.join('\n')}
`;
}

function isBypass(row: Row, name: string): boolean {
  return !row.isSeenByPlainGuard && (row.readings[name] ?? '').startsWith('/admin');
}

function cell(row: Row, name: string): string {
  const reading = row.readings[name] ?? '';
  if (isBypass(row, name)) return `**${reading}**`;
  if (!reading.startsWith('name ')) return reading;
  return code(reading.slice(5));
}

/** Markdown has no way to write a bar in a table but as an entity, which code does not read. */
function code(text: string): string {
  return text.includes('|') ? `<code>${text.replaceAll('|', '&#124;')}</code>` : `\`${text}\``;
}
