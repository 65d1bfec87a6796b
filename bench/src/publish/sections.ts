/**
 * Puts texts between the markers of a page: `<!-- name -->` … `<!-- /name -->`.
 *
 * @throws {Error} When a page lacks markers that a text is for, or has some that no text is for.
 */
export function fillSections(page: string, texts: Readonly<Record<string, string>>): string {
  const filled = new Set<string>();
  const result = page.replaceAll(/<!-- ([\w-]+) -->\n[^]*?<!-- \/\1 -->/g, (_whole: string, name: string) => {
    const text = texts[name];
    if (text === undefined) throw new Error(`nothing is made for the markers "${name}"`);
    filled.add(name);
    return `<!-- ${name} -->\n${text}\n<!-- /${name} -->`;
  });
  const missing = Object.keys(texts).filter((name) => !filled.has(name));
  if (missing.length > 0) throw new Error(`the page has no markers for ${missing.join(', ')}`);
  return result;
}

/** A table in Markdown: the first column begins at the left, the others end at the right. */
export function toMarkdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, column) => (column === 0 ? '---' : '--:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
