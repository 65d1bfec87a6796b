/** Text that is safe to send as HTML: made by {@link html} only. */
export class Html {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  toString(): string {
    return this.#text;
  }
}

type Insert = Html | string | number | false | undefined | readonly Insert[];

/**
 * A template that escapes whatever is put into it, except other templates.
 *
 * `` html`<b>${'<i>'}</b>` `` → `<b>&lt;i&gt;</b>`
 * `` html`<ul>${names.map((name) => html`<li>${name}</li>`)}</ul>` `` → a list
 * `false` and `undefined` → nothing
 */
export function html(strings: TemplateStringsArray, ...inserts: Insert[]): Html {
  return new Html(String.raw({ raw: strings }, ...inserts.map(render)));
}

function render(insert: Insert): string {
  if (insert === false || insert === undefined) return '';
  if (insert instanceof Html) return insert.toString();
  if (typeof insert === 'object') return insert.map(render).join('');
  return String(insert).replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
