import { fileURLToPath } from 'node:url';
import { send } from '@koa/send';
import type { Middleware } from 'koa';

const PUBLIC = fileURLToPath(new URL('../../public', import.meta.url));

/** Serves what lies in `public/`, with 304 for a browser that has it already; passes everything else on. */
export const staticFiles: Middleware = async (ctx, next) => {
  const isFile = /\.(css|svg)$/.test(ctx.path);
  if (!isFile || !['GET', 'HEAD'].includes(ctx.method)) return next();
  await send(ctx, ctx.path, { root: PUBLIC, maxAge: 60_000 });
  if (ctx.fresh) ctx.status = 304;
};
