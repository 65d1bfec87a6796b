import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { contextOf } from 'viaduct';
import { findProduct, listProducts, readProducts } from '../catalogue.js';
import { refusal } from './problems.js';
import { Kind, Problem, Product, ProductPage } from './schemas.js';

const tags = ['products'];

/** Reading the catalogue: page by page, one by one, or all of it as a stream. */
export const products: FastifyPluginAsyncTypebox = async (api) => {
  const Query = Type.Object({
    kind: Type.Optional(Kind),
    page: Type.Integer({ minimum: 1, default: 1 }),
    limit: Type.Integer({ minimum: 1, maximum: 50, default: 5 }),
  });

  api.get(
    '/products',
    {
      schema: {
        tags,
        summary: 'Page through the products',
        querystring: Query,
        response: { 200: ProductPage },
      },
    },
    async (request) => {
      const { kind, page, limit } = request.query;
      const all = listProducts(kind);
      const pages = Math.ceil(all.length / limit);
      const query = new URLSearchParams({ ...(kind && { kind }), page: `${page + 1}`, limit: `${limit}` });
      return {
        items: all.slice((page - 1) * limit, page * limit),
        page,
        pages,
        total: all.length,
        ...(page < pages && { next: `${contextOf(request.raw).basePath}/products?${query}` }),
      };
    },
  );

  api.get(
    '/products/:slug',
    {
      schema: {
        tags,
        summary: 'One product',
        params: Type.Object({ slug: Type.String() }),
        response: { 200: Product, 404: Problem },
      },
    },
    async (request) => {
      const product = findProduct(request.params.slug);
      if (product === undefined) throw refusal(404, `We do not make a "${request.params.slug}".`);
      return product;
    },
  );

  api.get(
    '/products.csv',
    { schema: { tags, summary: 'All products, streamed row by row' } },
    (_request, reply) =>
      reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="products.csv"')
        .send(Readable.from(csv())),
  );
};

async function* csv(): AsyncGenerator<string> {
  yield 'slug,name,kind,price,stock\r\n';
  for await (const { slug, name, kind, price, stock } of readProducts()) {
    yield `${slug},"${name.replaceAll('"', '""')}",${kind},${price},${stock}\r\n`;
  }
}
