import multer from '@koa/multer';
import type { Next } from 'koa';
import { findProduct, type Product, saveProduct } from '../catalogue.js';
import { type Html, html } from '../html.js';
import type { ShopRequest, ShopRouter } from './render.js';

interface Photo {
  readonly type: string;
  readonly bytes: Buffer;
}

const TYPES = ['image/jpeg', 'image/png', 'image/webp'];
const LIMITS = { fileSize: 5_000_000, files: 1 };

const parse = multer({ storage: multer.memoryStorage(), limits: LIMITS }).single('photo') as (
  ctx: ShopRequest,
  next: Next,
) => Promise<unknown>;

/** A keeper uploads a photo of a product, and everybody sees it: `/photos/moss-mug`. */
export function photos(router: ShopRouter): void {
  const photosBySlug = new Map<string, Photo>();

  router.post('/products/:slug/photo', async (ctx) => {
    if (ctx.state.visitor.user?.role !== 'keeper') return ctx.throw(403, 'Only a keeper may change photos.');
    const product = findProduct(ctx.params['slug'] ?? '');
    if (product === undefined) return ctx.throw(404);
    photosBySlug.set(product.slug, await receive(ctx));
    saveProduct({ ...product, picture: `/photos/${product.slug}?${Date.now()}` });
    ctx.status = 303;
    ctx.redirect(`/products/${product.slug}`);
  });

  router.get('/photos/:slug', (ctx) => {
    const photo = photosBySlug.get(ctx.params['slug'] ?? '');
    if (photo === undefined) return;
    ctx.set('x-content-type-options', 'nosniff');
    ctx.type = photo.type;
    ctx.body = photo.bytes;
  });
}

async function receive(ctx: ShopRequest): Promise<Photo> {
  try {
    await parse(ctx, async () => {});
  } catch (error) {
    ctx.throw(400, `We could not take this upload: ${(error as Error).message}.`);
  }
  const { file } = ctx.request;
  if (!TYPES.includes(file?.mimetype)) ctx.throw(415, 'A photo is a JPEG, PNG or WebP file.');
  return { type: file.mimetype, bytes: file.buffer };
}

/** What a keeper sees below a product. */
export function photoForm({ slug }: Product): Html {
  return html`<form
    method="post"
    action="/products/${slug}/photo"
    enctype="multipart/form-data"
    class="panel"
  >
    <h2>For the keeper</h2>
    <label>New photo <input type="file" name="photo" accept="${TYPES.join(',')}" required /></label>
    <button class="quiet">Upload</button>
  </form>`;
}
