import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { contextOf } from 'viaduct';
import { findProduct, saveProduct } from '../catalogue.js';
import { visitorOf } from '../visitor.js';
import { refusal } from './problems.js';
import { NewProduct, Problem, Product } from './schemas.js';

const tags = ['stock'];

/** Changing the catalogue, for keepers. The hook holds for the routes of this plugin and for no others. */
export const stockKeeping: FastifyPluginAsyncTypebox = async (api) => {
  api.addHook('onRequest', async (request) => {
    const { user } = visitorOf(request.raw);
    if (user === undefined) throw refusal(401, 'Sign in first, at /sign-in.');
    if (user.role !== 'keeper') throw refusal(403, 'Only a keeper may change the stock.');
  });

  api.post(
    '/products',
    {
      schema: { tags, summary: 'Add a product', body: NewProduct, response: { 201: Product, 409: Problem } },
    },
    async (request, reply) => {
      const { slug } = request.body;
      if (findProduct(slug) !== undefined) throw refusal(409, `There is a "${slug}" already.`);
      const product = { ...request.body, picture: '/pictures/new.svg' };
      saveProduct(product);
      return reply
        .code(201)
        .header('location', `${contextOf(request.raw).basePath}/products/${slug}`)
        .send(product);
    },
  );

  api.patch(
    '/products/:slug',
    {
      schema: {
        tags,
        summary: 'Set the stock of a product',
        params: Type.Object({ slug: Type.String() }),
        body: Type.Object({ stock: Type.Integer({ minimum: 0 }) }, { additionalProperties: false }),
        response: { 200: Product, 404: Problem },
      },
    },
    async (request) => {
      const product = findProduct(request.params.slug);
      if (product === undefined) throw refusal(404, `We do not make a "${request.params.slug}".`);
      const changed = { ...product, stock: request.body.stock };
      saveProduct(changed);
      return changed;
    },
  );
};
