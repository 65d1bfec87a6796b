import type { DispatchStep, Explanation, HandedOverVerdict, Verdict } from './explanation.js';

/** An explanation, to be read on a terminal. */
export function explanationText(explanation: Explanation): string {
  const { method, target, host, form, isClean, steps, verdict } = explanation;
  const clean = isClean
    ? 'clean: every router reads it the same way'
    : 'unclean: routers may read it differently';
  return [
    `${method} ${target}`,
    '',
    line('host', host),
    line('target', form === 'none' ? 'of no known form' : `${form}-form, ${clean}`),
    ...steps.flatMap(stepLines),
    ...verdictLines(verdict),
  ].join('\n');
}

function stepLines({ dispatcher, basePath, readings, guards, mount }: DispatchStep): string[] {
  const at = basePath === '' ? '' : ` at ${basePath}`;
  return [
    '',
    `${dispatcher}${at}`,
    ...readings.map(({ path, mount: key }, index) =>
      line(index === 0 ? 'reads' : '', `${path || "''"}  →  ${owner(key)}`),
    ),
    ...(guards.length === 0
      ? [line('guards', 'none')]
      : guards.map(({ key, name }, index) =>
          line(index === 0 ? 'guards' : '', `${index + 1}. ${name || 'unnamed'} (${key})`),
        )),
    ...(mount === undefined
      ? []
      : [line('mount', `${mount.key} (${mount.strip ? 'mounted' : 'delegated to'})`)]),
  ];
}

function owner(key: string | undefined): string {
  return key === undefined ? 'no mount' : `mount ${key}`;
}

function verdictLines(verdict: Verdict): string[] {
  if (verdict.kind === 'refused')
    return ['', `answered by the gateway: ${verdict.status}`, line('because', verdict.reason)];
  const { application, framework, seen } = verdict;
  return [
    '',
    `answered by ${application}${framework === undefined ? '' : ` (${framework})`}`,
    line('basePath', seen.basePath || "''"),
    line('path', seen.path || "''"),
    line('req.url', seen.url),
    line('originalUrl', seen.originalUrl),
    line('Request.url', seen.requestUrl),
    line('route', routeWords(verdict)),
  ];
}

function routeWords({ route }: HandedOverVerdict): string {
  if (route === 'unknown') return 'its router cannot be asked';
  if (route === 'none') return 'none of those that its router knows';
  return `${route.methods.join(' ')} ${route.path}${route.condition === undefined ? '' : ` (${route.condition})`}`;
}

function line(label: string, value: string): string {
  return `  ${label.padEnd(12)} ${value}`;
}
