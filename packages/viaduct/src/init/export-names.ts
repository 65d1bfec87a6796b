/** An export, and what it is called in its file. */
export interface Named {
  readonly name: string;
  /** `undefined` when it is a value without a name there. */
  readonly local: string | undefined;
}

/** The exports that stand in source text, of either kind of modules. */
export function namesIn(source: string): Named[] {
  const declared = [...source.matchAll(/\bexport\s+(?:const|let|var|(?:async\s+)?function)\s+(\w+)/g)].map(
    ([, name = '']) => ({ name, local: name }),
  );
  const listed = [...source.matchAll(/\bexport\s*\{([^}]*)\}(?!\s*from)/g)].flatMap(([, list = '']) =>
    pairsIn(list, /\s+as\s+/).flatMap(([local, name]) => (name === undefined ? [] : [{ name, local }])),
  );
  const [, whole] = /\bmodule\.exports\s*=\s*\{([^}]*)\}/.exec(source) ?? [];
  const collected = pairsIn(whole ?? '', /\s*:\s*/).map(([name, local]) => ({ name, local }));
  const assigned = [
    ...source.matchAll(/\bexports\.(\w+)\s*=(?!=)\s*(?:(?!(?:async|function)\b)(\w+)\b(?!\s*[(.[]))?/g),
  ].map(([, name = '', local]) => ({
    name,
    local,
  }));
  return dedupe([...declared, ...listed, ...collected, ...assigned, ...defaultIn(source)]);
}

function defaultIn(source: string): Named[] {
  // A name before a `(` is what is called to make the value, unless it is that of a function.
  const [found, declared, local = declared] =
    /(?:\bexport\s+default|\bmodule\.exports\s*=|\bexport\s*=)(?!\s*\{)\s*(?:(?:async\s+)?function\s+(\w+)|(\w+)\s*(?=[;\n]|$))?/.exec(
      source,
    ) ?? [];
  return found === undefined ? [] : [{ name: 'default', local }];
}

/** `a, b as c` → `[a, a]`, `[b, c]`; `a: made(b)` → `[a, undefined]` */
function pairsIn(list: string, between: RegExp): [string, string | undefined][] {
  return list
    .split(',')
    .map((item) => item.trim().split(between))
    .filter(([first]) => first !== undefined && NAME.test(first))
    .map(([first = '', second = first]) => [first, NAME.test(second) ? second : undefined]);
}

const NAME = /^\w+$/;

function dedupe(names: readonly Named[]): Named[] {
  return names.filter(({ name }, index) => names.findIndex((other) => other.name === name) === index);
}
