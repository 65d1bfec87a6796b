import { setTimeout as pause } from 'node:timers/promises';

/** What the shop sells. Kept in memory: here a real shop would ask its database. */
export interface Product {
  readonly slug: string;
  readonly name: string;
  readonly kind: Kind;
  /** In cents. */
  readonly price: number;
  readonly description: string;
  readonly picture: string;
  readonly stock: number;
}

export const KINDS = ['cups', 'bowls', 'plates', 'vases'] as const;
export type Kind = (typeof KINDS)[number];

const products = new Map<string, Product>();

export function listProducts(kind?: string): Product[] {
  return [...products.values()].filter((product) => kind === undefined || product.kind === kind);
}

export function findProduct(slug: string): Product | undefined {
  return products.get(slug);
}

/** Adds a product, or replaces the one with the same slug. */
export function saveProduct(product: Product): void {
  products.set(product.slug, product);
}

/** Reads row by row, as a database cursor does: nobody ever holds the whole table. */
export async function* readProducts(): AsyncGenerator<Product> {
  for (const product of products.values()) {
    await pause(100);
    yield product;
  }
}

const FIRST_STOCK: readonly (readonly [string, string, Kind, number, number, string])[] = [
  ['moss-mug', 'Moss mug', 'cups', 2400, 18, 'Holds a third of a litre, and warms both hands while it does.'],
  [
    'ember-cup',
    'Ember cup',
    'cups',
    1900,
    24,
    'No handle, thick wall: made for tea that is meant to stay hot.',
  ],
  ['chalk-espresso', 'Chalk espresso cup', 'cups', 1400, 40, 'Two gulps. Stacks four high without wobbling.'],
  [
    'tide-bowl',
    'Tide bowl',
    'bowls',
    2800,
    15,
    'Breakfast size, with a glaze that pools blue at the bottom.',
  ],
  [
    'rust-bowl',
    'Rust bowl',
    'bowls',
    3200,
    9,
    'Iron-rich clay, left bare outside and glazed where the soup goes.',
  ],
  ['night-bowl', 'Night bowl', 'bowls', 4600, 4, 'Wide and low. Fruit looks expensive in it.'],
  ['oat-plate', 'Oat plate', 'plates', 2200, 30, 'A dinner plate with a rim that keeps the sauce in.'],
  ['fern-plate', 'Fern plate', 'plates', 2600, 12, 'Pressed with a real fern, so no two are alike.'],
  [
    'dusk-platter',
    'Dusk platter',
    'plates',
    5800,
    5,
    'For the middle of the table. Oven-proof, dishwasher-brave.',
  ],
  ['reed-vase', 'Reed vase', 'vases', 4900, 7, 'Tall and narrow: one branch is enough.'],
  ['belly-vase', 'Belly vase', 'vases', 6400, 3, 'Round in the middle, for tulips that like to lean.'],
  ['arch-vase', 'Arch vase', 'vases', 7200, 1, 'The last of its firing. It has a small flaw; we like it.'],
];

for (const [slug, name, kind, price, stock, description] of FIRST_STOCK) {
  saveProduct({ slug, name, kind, price, stock, description, picture: `/pictures/${slug}.svg` });
}
