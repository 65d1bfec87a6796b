import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { visitorOf } from '../visitor.js';

/** `/me`: the user who signed in at the Koa shop. */
export const visitor: FastifyPluginAsyncTypebox = async (api) => {
  const Me = Type.Object({
    user: Type.Union([Type.Object({ name: Type.String(), role: Type.String() }), Type.Null()]),
    itemsInCart: Type.Integer(),
  });
  api.get('/me', { schema: { summary: 'Who is asking', response: { 200: Me } } }, async (request) => {
    const { user = null, itemsInCart } = visitorOf(request.raw);
    return { user, itemsInCart };
  });
};
