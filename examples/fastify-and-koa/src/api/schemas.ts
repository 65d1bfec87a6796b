import { Type } from 'typebox';
import { KINDS } from '../catalogue.js';

/** What goes in and out of the API. The documentation is made of these, and the TypeScript types too. */

export const Slug = Type.String({
  pattern: '^[a-z0-9]+(-[a-z0-9]+)*$',
  maxLength: 40,
  examples: ['moss-mug'],
});

export const Kind = Type.Enum([...KINDS]);

export const NewProduct = Type.Object(
  {
    slug: Slug,
    name: Type.String({ minLength: 1, maxLength: 80 }),
    kind: Kind,
    price: Type.Integer({ minimum: 1, description: 'In cents' }),
    stock: Type.Integer({ minimum: 0, default: 0 }),
    description: Type.String({ maxLength: 500, default: '' }),
  },
  { additionalProperties: false },
);

export const Product = Type.Object({
  slug: Slug,
  name: Type.String(),
  kind: Kind,
  price: Type.Integer({ description: 'In cents' }),
  stock: Type.Integer(),
  description: Type.String(),
  picture: Type.String(),
});

export const ProductPage = Type.Object({
  items: Type.Array(Product),
  page: Type.Integer(),
  pages: Type.Integer(),
  total: Type.Integer(),
  next: Type.Optional(Type.String({ description: 'Link to the next page' })),
});

export const Order = Type.Object({
  number: Type.Integer(),
  customer: Type.String(),
  placedAt: Type.String({ format: 'date-time' }),
  status: Type.String(),
  note: Type.String(),
  lines: Type.Array(
    Type.Object({
      slug: Type.String(),
      name: Type.String(),
      quantity: Type.Integer(),
      price: Type.Integer(),
    }),
  ),
  total: Type.Integer({ description: 'In cents' }),
});

export const NewOrder = Type.Object(
  {
    wish: Type.Record(Slug, Type.Integer({ minimum: 1, maximum: 99 }), {
      minProperties: 1,
      description: 'How many of each product',
      examples: [{ 'moss-mug': 2 }],
    }),
    note: Type.String({ maxLength: 500, default: '' }),
  },
  { additionalProperties: false },
);

/** An error, as RFC 9457 spells it. */
export const Problem = Type.Object(
  { title: Type.String(), status: Type.Integer(), detail: Type.String(), instance: Type.String() },
  { additionalProperties: true },
);
