import { type Html, html } from '../html.js';
import { authenticate } from '../users.js';
import { field, render, type ShopRouter } from './render.js';

/** `/sign-in` and `/sign-out`: the shop writes the session that every app then reads. */
export function signInPages(router: ShopRouter): void {
  router.get('/sign-in', (ctx) => render(ctx, 'Sign in', signIn(localPath(ctx.query['next']))));

  router.post('/sign-in', (ctx) => {
    const user = authenticate(field(ctx, 'name'), field(ctx, 'password'));
    const next = localPath(field(ctx, 'next'));
    if (user === undefined) {
      ctx.status = 422;
      render(ctx, 'Sign in', signIn(next, 'That name and password do not fit together.'));
      return;
    }
    ctx.session = { ...ctx.session, user: user.name };
    ctx.status = 303;
    ctx.redirect(next);
  });

  router.post('/sign-out', (ctx) => {
    ctx.session = null;
    ctx.status = 303;
    ctx.redirect('/');
  });
}

/** A path of this site, or `/`: what comes from a link must not lead elsewhere (`//evil.example`, `/\evil.example`). */
function localPath(next: unknown): string {
  return typeof next === 'string' && /^\/(?![/\\])[\x21-\x7e]*$/.test(next) ? next : '/';
}

function signIn(next: string, complaint?: string): Html {
  return html`<div class="narrow">
    <h1>Sign in</h1>
    ${complaint !== undefined && html`<p class="notice" role="alert">${complaint}</p>`}
    <form method="post" action="/sign-in" class="stack panel">
      <input type="hidden" name="next" value="${next}" />
      <label>Name <input name="name" autocomplete="username" required /></label>
      <label
        >Password <input type="password" name="password" autocomplete="current-password" required
      /></label>
      <button>Sign in</button>
    </form>
    <p class="hint">
      To try it: <b>ada</b> with <b>clay</b> is a customer, <b>sam</b> with <b>kiln</b> keeps the stock.
    </p>
  </div>`;
}
