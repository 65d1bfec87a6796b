/**
 * Writes docs/configuration.md from the settings in packages/viaduct/src/settings/options.ts, so that the page
 * and the command say the same. `--check` compares instead of writing, and fails when they differ.
 *
 * Needs a build: `pnpm build && node scripts/configuration.mjs`.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { OPTIONS } from '../packages/viaduct/dist/settings/options.js';
import { showValue } from '../packages/viaduct/dist/settings/show-value.js';
import { flagOf, variableOf } from '../packages/viaduct/dist/settings/spelling.js';

const PAGE = new URL('../docs/configuration.md', import.meta.url);

/** @returns {string} The whole page. */
export function renderConfiguration() {
  const groups = new Map();
  for (const [key, option] of Object.entries(OPTIONS)) {
    groups.set(option.group, [...(groups.get(option.group) ?? []), renderRow(key, option)]);
  }
  const tables = [...groups].map(([group, rows]) => [`## ${group}\n`, HEAD, ...rows, ''].join('\n'));
  return [PREFACE, ...tables].join('\n');
}

const HEAD =
  '| flag | environment | `viaduct.config.ts` | default | unit | what it does |\n|---|---|---|---|---|---|';

function renderRow(key, option) {
  const flag = option.short === undefined ? flagOf(key) : `${flagOf(key)}, -${option.short}`;
  const cells = [
    code(flag),
    code(variableOf(key)),
    code(key),
    renderDefault(key, option),
    unitOf(key, option),
  ];
  return `| ${[...cells, escapeCell(option.help)].join(' | ')} |`;
}

/** A measure is also shown as one would write it on the command line: `30000` (30s). */
function renderDefault(key, option) {
  const isNothing = option.default === undefined || option.default.length === 0;
  if (isNothing) return 'none';
  const written = showValue(option, option.default);
  const plain = /(?:Ms|Bytes)$/.test(key) ? String(option.default) : written;
  return plain === written ? code(plain) : `${code(plain)} (${written})`;
}

function unitOf(key, { placeholder }) {
  if (key.endsWith('Ms')) return 'milliseconds';
  if (key.endsWith('Bytes')) return 'bytes';
  return placeholder === undefined ? 'true, false' : code(placeholder);
}

/** In a table, a bar ends a cell even within code. */
function code(text) {
  return `\`${escapeCell(text)}\``;
}

function escapeCell(text) {
  return text.replaceAll('|', String.raw`\|`);
}

const PREFACE = `# Configuration

<!-- Written by scripts/configuration.mjs from packages/viaduct/src/settings/options.ts. Edit that. -->

Every setting of \`viaduct serve\` can be given in three places. The first that has it wins:

1. a **flag**: \`viaduct serve --workers 2\`
2. the **environment**: \`VIADUCT_WORKERS=2 viaduct serve\`
3. a **configuration file** in the folder that \`viaduct\` runs in: \`viaduct.config.ts\`, or one that ends in \`.mts\`, \`.js\`, \`.mjs\` or \`.json\`

What is given nowhere has its default. A whole configuration file:

\`\`\`ts
import { defineConfig } from 'viaduct';

export default defineConfig({
  bind: '0.0.0.0:8080',
  workers: 2,
  gracefulTimeoutMs: 20_000,
});
\`\`\`

\`viaduct config\` prints the value that each setting has, and where it comes from. It takes the same flags; \`--json\` prints data.

\`\`\`text
$ VIADUCT_WORKERS=3 npx viaduct config --graceful-timeout 10s
bind                      0.0.0.0:8080  viaduct.config.ts
workers                   3             VIADUCT_WORKERS
gracefulTimeoutMs         10s           --graceful-timeout
…
\`\`\`

- **Durations and sizes** are numbers in the configuration file, whose keys name the unit: milliseconds in \`…Ms\`, bytes in \`…Bytes\`. Flags and variables leave the unit out of their name, and take it with the value: \`500ms\`, \`30s\`, \`2m\`, \`1h\`; \`64kb\`, \`512mb\`, \`1gb\`, in steps of 1,024. A number alone is milliseconds or bytes.
- **Switches** need no value as a flag: \`--http2\`, and \`--no-http2\` against a configuration file that has it on. In the environment they are \`true\` or \`false\`.
- **Permissions** are a text in the configuration file, \`'660'\`: a number would be taken for another one.
- **Lists** are flags given several times, texts with commas between, or arrays in the configuration file.
- A wrong value, a flag, a variable \`VIADUCT_…\` or a key that there is not: the command says where it stands and what to write instead, and ends with 2.
- After \`SIGHUP\` new workers read the configuration file again, and the primary goes by what they have read: how many there are (where that has changed: \`SIGTTIN\` and \`SIGTTOU\` hold else), when they are replaced, given up and cut, its probes. What the primary has opened stays until it is started anew: the address and its mode, the pid file, the metrics, its own log with its level.
`;

if (process.argv[1] === import.meta.filename) {
  const rendered = renderConfiguration();
  if (!process.argv.includes('--check')) {
    await writeFile(PAGE, rendered);
  } else if ((await readFile(PAGE, 'utf8')) !== rendered) {
    console.error('docs/configuration.md is out of date. Run: node scripts/configuration.mjs');
    process.exitCode = 1;
  }
}
