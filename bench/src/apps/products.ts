/** What the full applications serve. */
export interface Product {
  readonly id: number;
  readonly name: string;
  readonly priceCents: number;
  readonly tags: readonly string[];
  readonly isInStock: boolean;
}

const products = new Map<number, Product>();
for (let id = 1; id <= 100; id += 1) {
  products.set(id, {
    id,
    name: `Product number ${id}`,
    priceCents: 995 + id * 10,
    tags: ['small', 'blue', `shelf-${id % 7}`],
    isInStock: id % 3 !== 0,
  });
}

/** The one that the benchmark asks for. */
export const askedProduct = 42;

/** The product with this id, if there is one. */
export function findProduct(id: number): Product | undefined {
  return products.get(id);
}
