import { findProduct, KINDS, listProducts, type Product } from '../catalogue.js';
import { type Html, html } from '../html.js';
import { money } from '../page.js';
import { photoForm } from './photos.js';
import { render, type ShopRouter } from './render.js';

/** `/`, `/?kind=cups`, `/products/moss-mug`; and one page that fails, to see what happens then. */
export function cataloguePages(router: ShopRouter): void {
  router.get('/', (ctx) => {
    const kind = KINDS.find((known) => known === ctx.query['kind']);
    render(
      ctx,
      'Pottery',
      html`<h1>Pottery, fired under the arches</h1>
        <p class="lead">Stoneware for every day, thrown by hand. The trains above make it rattle a little.</p>
        <nav class="kinds" aria-label="Kinds">
          ${kindLink(undefined, kind)} ${KINDS.map((each) => kindLink(each, kind))}
        </nav>
        <ul class="grid">
          ${listProducts(kind).map(card)}
        </ul>`,
    );
  });

  router.get('/products/:slug', (ctx) => {
    const product = findProduct(ctx.params['slug'] ?? '');
    if (product === undefined) return;
    render(ctx, product.name, detail(product, ctx.state.visitor.user?.role === 'keeper'));
  });

  router.get('/broken', () => {
    throw new Error('This page fails on purpose.');
  });
}

function kindLink(kind: string | undefined, current: string | undefined): Html {
  return html`<a
    href="${kind === undefined ? '/' : `/?kind=${kind}`}"
    ${kind === current && html`aria-current="page"`}
    >${kind ?? 'everything'}</a
  >`;
}

function card(product: Product): Html {
  return html`<li class="card">
    <a href="/products/${product.slug}">
      <img src="${product.picture}" alt="" width="400" height="300" />
      <h2>${product.name}</h2>
    </a>
    <p><span class="price">${money(product.price)}</span> ${stock(product)}</p>
  </li>`;
}

function detail(product: Product, isKeeper: boolean): Html {
  return html`<article class="product">
    <img src="${product.picture}" alt="Picture of the ${product.name}" width="800" height="600" />
    <div>
      <p class="crumb"><a href="/?kind=${product.kind}">${product.kind}</a></p>
      <h1>${product.name}</h1>
      <p class="lead">${product.description}</p>
      <p><span class="price big">${money(product.price)}</span> ${stock(product)}</p>
      <form method="post" action="/cart" class="row">
        <input type="hidden" name="slug" value="${product.slug}" />
        <label
          >How many <input type="number" name="quantity" value="1" min="1" max="${product.stock}"
        /></label>
        <button ${product.stock === 0 && html`disabled`}>Add to cart</button>
      </form>
      ${isKeeper && photoForm(product)}
    </div>
  </article>`;
}

function stock({ stock: left }: Product): Html {
  if (left === 0) return html`<span class="stock none">sold out</span>`;
  return left < 6
    ? html`<span class="stock few">only ${left} left</span>`
    : html`<span class="stock">in stock</span>`;
}
