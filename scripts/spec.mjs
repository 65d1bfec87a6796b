/**
 * Writes SPEC.md from the comments and the metadata of the checks in packages/core/src/lint, so that the
 * contract and its checker say the same. `--check` compares instead of writing, and fails when they differ.
 *
 * Needs a build: `pnpm build && node scripts/spec.mjs`.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { lintChecks } from '../packages/core/dist/lint/checks.js';

const ROOT = new URL('../', import.meta.url);
const SPEC = new URL('SPEC.md', ROOT);

/** The files in the order of the page, and the titles of their groups. */
const GROUPS = [
  ['call-checks', 'Call'],
  ['context-checks', 'Context'],
  ['request-checks', 'Request'],
  ['input-checks', 'Request body'],
  ['response-checks', 'Status of the answer'],
  ['header-checks', 'Headers of the answer'],
  ['body-checks', 'Body of the answer'],
  ['finish-checks', 'End'],
  ['middleware-checks', 'Middleware and dispatchers'],
  ['extension-checks', 'Beyond request and answer'],
];

const SIDES = {
  application: 'the application',
  server: 'the server or bridge',
  middleware: 'the middleware or dispatcher',
};

/** @returns {Promise<string>} The whole page. */
export async function renderSpec() {
  const groups = await Promise.all(GROUPS.map(([file, title]) => readGroup(file, title)));
  const described = groups.flatMap(({ checks }) => checks.map(({ id }) => id));
  const missing = lintChecks.filter(({ id }) => !described.includes(id));
  if (missing.length > 0) throw new Error(`no comment found for ${missing.map(({ id }) => id).join(', ')}`);
  return [
    PREFACE,
    ...groups.map(renderGroup),
    '## What is not checked, and why\n',
    ...groups.flatMap(({ unchecked }) => unchecked),
    '',
  ].join('\n');
}

async function readGroup(file, title) {
  const source = await readFile(new URL(`packages/core/src/lint/${file}.ts`, ROOT), 'utf8');
  const start = source.search(/export const \w+_CHECKS\b/);
  const heading = lastComment(source.slice(0, start));
  const [intro, unchecked = ''] = heading.split(/\n*Not checked:\n/);
  const checks = [...source.slice(start).matchAll(/\/\*\*((?:(?!\*\/)[^])*)\*\/\s*([A-Z]\d+): \{/g)].map(
    ([, comment, id]) => ({ id, text: unwrap(comment) }),
  );
  return { title, intro, checks, unchecked: bullets(unchecked) };
}

function lastComment(source) {
  const comments = [...source.matchAll(/\/\*\*((?:(?!\*\/)[^])*)\*\//g)];
  return unwrap(comments.at(-1)?.[1] ?? '');
}

function unwrap(comment) {
  return comment.replace(/^[ \t]*\* ?/gm, '').trim();
}

/** Bullets that run over several lines become one line each. */
function bullets(text) {
  if (text === '') return [];
  return text.split(/\n(?=- )/).map((bullet) => bullet.replace(/\n\s*/g, ' '));
}

function renderGroup({ title, intro, checks }) {
  return [`## ${title}\n`, `${intro}\n`, ...checks.map(renderCheck)].join('\n');
}

function renderCheck({ id, text }) {
  const check = lintChecks.find((candidate) => candidate.id === id);
  if (check === undefined) throw new Error(`the comment of ${id} belongs to no check`);
  const [prose, source] = text.split(/\n*@see /);
  const { blames, severity, message, cure } = check;
  const side = SIDES[blames];
  return [
    `### ${id}: ${side} ${message}\n`,
    `${prose.trim()}\n`,
    `- At fault: ${side}; ${severity === 'error' ? 'an error' : 'a warning, never thrown'}.`,
    `- Cure: ${cure}`,
    ...(source === undefined ? [] : [`- Source: ${source.replace(/\n\s*/g, ' ')}.`]),
    '',
  ].join('\n');
}

const PREFACE = `# The contract

<!-- Written by scripts/spec.mjs from the comments in packages/core/src/lint. Edit those. -->

An application is \`{ fetch(request, context), handle?(req, res), upgrade?, start?, stop? }\`. This page says
what it owes to those who call it, and what they owe to it, rule by rule. \`lint(application)\` checks every
rule, on both faces, and names the side at fault:

\`\`\`ts
import { lint } from '@viaduct/core';

lint(application);                                      // while developing: warns, once for each rule
lint(application, { mode: 'throw' });                   // in tests: a breach is an error
lint(application, { ignore: ['S10'] });                 // what is done on purpose
lint(application, { onViolation: (found) => log(found) });
\`\`\`

In mode \`throw\`, what is found before the head of the answer goes out is thrown: an application's fault ends
in 500 and reaches \`onError\`, a server's or middleware's fault is thrown to it. What is found later, and all
warnings, go to \`onViolation\`, else to the console. Two wrappers in one exchange also check what lies between.
`;

if (process.argv[1] === import.meta.filename) {
  const rendered = await renderSpec();
  if (!process.argv.includes('--check')) {
    await writeFile(SPEC, rendered);
  } else if ((await readFile(SPEC, 'utf8')) !== rendered) {
    console.error('SPEC.md is out of date. Run: node scripts/spec.mjs');
    process.exitCode = 1;
  }
}
