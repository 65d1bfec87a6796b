/** A code block of a Markdown page, with what the page says that it does. */
export interface Snippet {
  /** `README.md:17`. */
  readonly place: string;
  readonly language: 'ts' | 'js';
  readonly code: string;
  /** The commands that the page shows after it. */
  readonly commands: readonly Command[];
}

/** `$ curl …` or `$ node …` in a `console` block, and the lines below it. */
export interface Command {
  readonly line: string;
  readonly output: string;
}

const FENCED = /^```(\w+)\n(.*?)^```$/gms;

/** Every `ts` and `js` block of a page, each with the `console` blocks that follow it. */
export function snippetsOf(page: string, markdown: string): Snippet[] {
  const snippets: Snippet[] = [];
  for (const match of markdown.matchAll(FENCED)) {
    const [, language, code = ''] = match;
    const line = markdown.slice(0, match.index).split('\n').length + 1;
    if (language === 'ts' || language === 'js') {
      snippets.push({ place: `${page}:${line}`, language, code, commands: [] });
    } else if (language === 'console') {
      const latest = snippets.pop();
      if (latest === undefined) throw new Error(`${page}:${line}: a console block without code before it`);
      snippets.push({ ...latest, commands: [...latest.commands, ...commandsOf(code)] });
    }
  }
  return snippets;
}

function commandsOf(session: string): Command[] {
  return session
    .split(/^\$ /m)
    .slice(1)
    .map((command) => {
      const end = command.indexOf('\n');
      return { line: command.slice(0, end), output: command.slice(end + 1) };
    });
}
