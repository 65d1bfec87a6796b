/** An event of the size that notices have. */
export const EVENT: string = `event: price\ndata: ${JSON.stringify({ id: 42, name: 'Product 42', priceCents: 1415 })}\n\n`;
