import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../../examples/fastify-and-koa/dist/main.js', import.meta.url));

interface Shop {
  readonly process: ChildProcess;
  readonly url: string;
  /** What it printed until it was ready. */
  readonly greeting: string;
}

async function open(): Promise<Shop> {
  const process = run(0);
  const { stdout } = process;
  if (stdout === null) throw new Error('the example has no output');
  let greeting = '';
  for await (const chunk of stdout.iterator({ destroyOnReturn: false })) {
    greeting += String(chunk);
    const url = /http:\/\/\S+/.exec(greeting)?.[0];
    if (url !== undefined && greeting.includes('Ctrl+C')) return { process, url, greeting };
  }
  throw new Error(`the example ended before it was ready: ${greeting}`);
}

function run(port: number): ChildProcess {
  return spawn(process.execPath, [MAIN], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** A browser without a screen: keeps cookies, follows no redirect. */
class Visitor {
  readonly cookies = new Map<string, string>();
  readonly #shop: Shop;

  constructor(shop: Shop) {
    this.#shop = shop;
  }

  async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('cookie', [...this.cookies].map((pair) => pair.join('=')).join('; '));
    const response = await fetch(this.#shop.url + path, { redirect: 'manual', ...init, headers });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      this.cookies.set(name, value);
    }
    return response;
  }

  async page(path: string): Promise<string> {
    return (await this.ask(path)).text();
  }

  async post(path: string, fields: Record<string, string>): Promise<Response> {
    return this.ask(path, { method: 'POST', body: new URLSearchParams(fields) });
  }

  async postJson(path: string, body: unknown): Promise<Response> {
    const headers = { 'content-type': 'application/json' };
    return this.ask(path, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  async signIn(name: string, password: string): Promise<Response> {
    return this.post('/sign-in', { name, password, next: '/orders' });
  }
}

function answeredBy(response: Response): string | null {
  return response.headers.get('x-answered-by');
}

describe('example fastify-and-koa', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await open();
  });
  afterAll(async () => {
    shop.process.kill('SIGKILL');
    await once(shop.process, 'exit');
  });

  test('prints its mount table and its real address', () => {
    expect(shop.greeting).toMatch(/^ {2}\/ +the Koa shop/m);
    expect(shop.greeting).toMatch(/^ {2}\/api +the Fastify API +mounted/m);
    expect(shop.greeting).toMatch(/^ {2}\/orders +the Fastify orders pages +delegated/m);
    expect(shop.url).not.toMatch(/:0$/);
  });

  describe('the Koa shop', () => {
    test('shows the catalogue and its kinds', async () => {
      const visitor = new Visitor(shop);
      const response = await visitor.ask('/');
      expect(response.status).toBe(200);
      expect(answeredBy(response)).toBe('Koa');
      expect(await response.text()).toContain('Moss mug');
      const cups = await visitor.page('/?kind=cups');
      expect(cups).toContain('Moss mug');
      expect(cups).not.toContain('Tide bowl');
    });

    test('answers HEAD with the headers of GET and no body', async () => {
      const visitor = new Visitor(shop);
      const full = await visitor.ask('/products/moss-mug');
      const head = await visitor.ask('/products/moss-mug', { method: 'HEAD' });
      expect(head.status).toBe(200);
      expect(head.headers.get('content-length')).toBe(full.headers.get('content-length'));
      expect(head.headers.get('content-type')).toBe(full.headers.get('content-type'));
      expect(await head.text()).toBe('');
    });

    test('serves a static file once, and then 304', async () => {
      const visitor = new Visitor(shop);
      const first = await visitor.ask('/shop.css');
      expect(first.headers.get('content-type')).toBe('text/css; charset=utf-8');
      expect(await first.text()).toContain('.brand');
      // Not with fetch, which adds `Cache-Control: no-cache` to a conditional request.
      const headers = { 'if-modified-since': first.headers.get('last-modified') ?? '' };
      const request = get(`${shop.url}/shop.css`, { headers });
      const [second] = (await once(request, 'response')) as [IncomingMessage];
      expect(second.statusCode).toBe(304);
      expect(await text(second)).toBe('');
    });

    test('has a page for what does not exist, which tells no file names', async () => {
      for (const path of ['/nothing', '/nothing.css', '/products/nothing']) {
        const response = await new Visitor(shop).ask(path);
        expect(response.status).toBe(404);
        expect(answeredBy(response)).toBe('Koa');
        const page = await response.text();
        expect(page).toContain('<h1>Not Found</h1>');
        expect(page).not.toContain('ENOENT');
      }
    });

    test('has a page for what breaks, which tells no secrets, and goes on', async () => {
      const visitor = new Visitor(shop);
      const response = await visitor.ask('/broken');
      expect(response.status).toBe(500);
      const page = await response.text();
      expect(page).toContain('Something broke on our side');
      expect(page).not.toContain('on purpose');
      expect((await visitor.ask('/')).status).toBe(200);
    });

    test('signs in with two Set-Cookie headers, and refuses a wrong password', async () => {
      const visitor = new Visitor(shop);
      const refused = await visitor.signIn('ada', 'wrong');
      expect(refused.status).toBe(422);
      expect(refused.headers.getSetCookie()).toEqual([]);
      const signedIn = await visitor.signIn('ada', 'clay');
      expect(signedIn.status).toBe(303);
      expect(signedIn.headers.get('location')).toBe('/orders');
      expect(signedIn.headers.getSetCookie()).toHaveLength(2);
      expect([...visitor.cookies.keys()].toSorted()).toEqual(['arches', 'arches.sig']);
    });

    test('follows a link after sign-in within the shop only', async () => {
      for (const next of ['//evil.example', '/\\evil.example', 'https://evil.example', '/\n/evil.example']) {
        const response = await new Visitor(shop).post('/sign-in', { name: 'ada', password: 'clay', next });
        expect(response.headers.get('location')).toBe('/');
      }
    });

    test('escapes what people write', async () => {
      const page = await new Visitor(shop).page('/sign-in?next=/%22%3E%3Cscript%3Ealert(1)%3C/script%3E');
      expect(page).not.toContain('<script>');
      expect(page).toContain('&#60;script&#62;');
    });

    test('takes a photo from a keeper, and from nobody else', async () => {
      const bytes = new Uint8Array(200_000).map((_, index) => index % 251);
      const upload = (type: string): RequestInit => {
        const body = new FormData();
        body.set('photo', new Blob([bytes], { type }), 'mug.png');
        return { method: 'POST', body };
      };
      const customer = new Visitor(shop);
      await customer.signIn('ada', 'clay');
      const refused = await customer.ask('/products/tide-bowl/photo', upload('image/png'));
      expect(refused.status).toBe(403);

      const keeper = new Visitor(shop);
      await keeper.signIn('sam', 'kiln');
      expect((await keeper.ask('/products/tide-bowl/photo', upload('image/svg+xml'))).status).toBe(415);
      const taken = await keeper.ask('/products/tide-bowl/photo', upload('image/png'));
      expect(taken.status).toBe(303);
      expect(await customer.page('/products/tide-bowl')).toContain('src="/photos/tide-bowl?');
      const photo = await customer.ask('/photos/tide-bowl');
      expect(photo.headers.get('content-type')).toBe('image/png');
      expect(new Uint8Array(await photo.arrayBuffer())).toEqual(bytes);
    });

    test('refuses an upload that is too large, and goes on', async () => {
      const keeper = new Visitor(shop);
      await keeper.signIn('sam', 'kiln');
      const body = new FormData();
      body.set('photo', new Blob([new Uint8Array(6_000_000)], { type: 'image/png' }), 'huge.png');
      const response = await keeper.ask('/products/oat-plate/photo', { method: 'POST', body });
      expect(response.status).toBe(400);
      expect(await response.text()).toContain('File too large');
      expect(await keeper.page('/products/oat-plate')).toContain('/pictures/oat-plate.svg');
    });
  });

  describe('from Koa to Fastify and back', () => {
    test('a cart filled in Koa becomes an order that Fastify shows', async () => {
      const visitor = new Visitor(shop);
      await visitor.post('/cart', { slug: 'rust-bowl', quantity: '1' });
      await visitor.post('/cart', { slug: 'ember-cup', quantity: '3' });
      await visitor.post('/cart/ember-cup', { quantity: '2' });
      expect(await visitor.page('/cart')).toContain('€70.00');

      const stranger = await visitor.ask('/checkout');
      expect(stranger.status).toBe(303);
      expect(stranger.headers.get('location')).toBe('/sign-in?next=%2Fcheckout');

      await visitor.signIn('ada', 'clay');
      expect(await visitor.page('/checkout')).toContain('Place the order');
      const placed = await visitor.post('/checkout', { note: 'For <me>' });
      expect(placed.status).toBe(303);
      expect(answeredBy(placed)).toBe('Koa');
      const path = placed.headers.get('location') ?? '';
      expect(path).toMatch(/^\/orders\/\d+$/);

      const order = await visitor.ask(path);
      expect(order.status).toBe(200);
      expect(answeredBy(order)).toBe('Fastify');
      const page = await order.text();
      expect(page).toContain('Rust bowl');
      expect(page).toContain('€70.00');
      expect(page).toContain('For &#60;me&#62;');
      expect(await visitor.page('/cart')).toContain('empty');

      const cancelled = await visitor.post(`${path}/cancel`, {});
      expect(cancelled.headers.get('location')).toBe(path);
      expect(await visitor.page(path)).toContain('It is cancelled');
    });

    test('an order that asks for too much is refused in the shop', async () => {
      const visitor = new Visitor(shop);
      await visitor.signIn('ada', 'clay');
      await visitor.post('/cart/belly-vase', { quantity: '50' });
      const response = await visitor.post('/checkout', { note: '' });
      expect(response.status).toBe(409);
      expect(await response.text()).toContain('Only 3 left of the Belly vase.');
    });

    test('/orders is for signed-in users, and the old page in Koa is not reached', async () => {
      const visitor = new Visitor(shop);
      const stranger = await visitor.ask('/orders?from=mail');
      expect(stranger.status).toBe(303);
      expect(stranger.headers.get('location')).toBe('/sign-in?next=%2Forders%3Ffrom%3Dmail');
      await visitor.signIn('ada', 'clay');
      const response = await visitor.ask('/orders');
      expect(answeredBy(response)).toBe('Fastify');
      const page = await response.text();
      expect(page).toContain('<h1>Orders</h1>');
      expect(page).not.toContain('the old page');
      expect(page).toContain('Sign out');
    });

    test("nobody sees another customer's order", async () => {
      const visitor = new Visitor(shop);
      await visitor.signIn('sam', 'kiln');
      const response = await visitor.ask('/orders/1001');
      expect(response.status).toBe(404);
      expect(answeredBy(response)).toBe('Fastify');
      expect(await response.text()).not.toContain('ada');
    });

    test('a session that was tampered with is no session, for Koa and for Fastify', async () => {
      const visitor = new Visitor(shop);
      await visitor.signIn('ada', 'clay');
      const forged = { user: 'sam', _expire: Date.now() + 60_000 };
      visitor.cookies.set('arches', Buffer.from(JSON.stringify(forged)).toString('base64'));
      expect(await (await visitor.ask('/api/me')).json()).toEqual({ user: null, itemsInCart: 0 });
      expect(await visitor.page('/')).toContain('Sign in');
    });

    test('signing out in Koa signs out of Fastify', async () => {
      const visitor = new Visitor(shop);
      await visitor.signIn('ada', 'clay');
      expect(await (await visitor.ask('/api/me')).json()).toMatchObject({ user: { name: 'ada' } });
      await visitor.post('/sign-out', {});
      expect(await (await visitor.ask('/api/me')).json()).toMatchObject({ user: null });
    });

    test('two visitors at the same time are never mixed up', async () => {
      const [ada, sam] = [new Visitor(shop), new Visitor(shop)];
      await Promise.all([ada.signIn('ada', 'clay'), sam.signIn('sam', 'kiln')]);
      const asked = Array.from({ length: 40 }, async (_, index) => {
        const [visitor, name] = index % 2 === 0 ? [ada, 'ada'] : [sam, 'sam'];
        expect(await (await visitor.ask('/api/me')).json()).toMatchObject({ user: { name } });
        expect(await visitor.page('/')).toContain(`<span>${name}</span>`);
      });
      await Promise.all(asked);
    });
  });

  describe('the Fastify API', () => {
    test('pages through the products, with links that know where the API is mounted', async () => {
      const visitor = new Visitor(shop);
      const slugs: string[] = [];
      let next: string | undefined = '/api/products?limit=5';
      while (next !== undefined) {
        const response = await visitor.ask(next);
        expect(answeredBy(response)).toBe('Fastify');
        const page = (await response.json()) as { items: { slug: string }[]; next?: string };
        slugs.push(...page.items.map(({ slug }) => slug));
        next = page.next;
        if (next !== undefined) expect(next).toMatch(/^\/api\/products\?/);
      }
      expect(slugs.length).toBeGreaterThanOrEqual(12);
      expect(new Set(slugs).size).toBe(slugs.length);
    });

    test('tells what is wrong with a request, as a problem', async () => {
      const response = await new Visitor(shop).ask('/api/products?limit=1000');
      expect(response.status).toBe(400);
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      expect(await response.json()).toMatchObject({
        status: 400,
        instance: '/api/products?limit=1000',
        faults: [{ at: '/limit', message: 'must be <= 50' }],
      });
    });

    test('has its own 404, with the whole path', async () => {
      for (const path of ['/api/nothing', '/api/products/nothing']) {
        const response = await new Visitor(shop).ask(path);
        expect(response.status).toBe(404);
        expect(answeredBy(response)).toBe('Fastify');
        expect(await response.json()).toMatchObject({ title: 'Not Found', instance: path });
      }
    });

    test('lets keepers alone add products, by a hook that concerns no other route', async () => {
      const product = { slug: 'tide-mug', name: 'Tide <mug>', kind: 'cups', price: 2100, stock: 2 };
      const visitor = new Visitor(shop);
      expect((await visitor.postJson('/api/products', product)).status).toBe(401);
      await visitor.signIn('ada', 'clay');
      expect((await visitor.postJson('/api/products', product)).status).toBe(403);
      await visitor.signIn('sam', 'kiln');
      expect((await visitor.postJson('/api/products', { ...product, price: -1 })).status).toBe(400);
      const created = await visitor.postJson('/api/products', product);
      expect(created.status).toBe(201);
      expect(created.headers.get('location')).toBe('/api/products/tide-mug');
      expect((await visitor.postJson('/api/products', product)).status).toBe(409);
      expect(await new Visitor(shop).page('/products/tide-mug')).toContain('Tide &#60;mug&#62;');
    });

    test('/api/orders is refused by the guard, or answered for the user of the shop', async () => {
      const visitor = new Visitor(shop);
      const stranger = await visitor.ask('/api/orders');
      expect(stranger.status).toBe(401);
      expect(answeredBy(stranger)).toBeNull();
      expect(await stranger.json()).toMatchObject({ status: 401, instance: '/api/orders' });

      await visitor.signIn('ada', 'clay');
      const placed = await visitor.postJson('/api/orders', { wish: { 'oat-plate': 2 } });
      expect(placed.status).toBe(201);
      const { number, total } = (await placed.json()) as { number: number; total: number };
      expect(total).toBe(4400);
      expect(placed.headers.get('location')).toBe(`/api/orders/${number}`);
      expect(await visitor.page(`/orders/${number}`)).toContain('Oat plate');
      const refused = await visitor.postJson('/api/orders', { wish: { 'arch-vase': 9 } });
      expect(refused.status).toBe(409);
    });

    test('exports row by row: the first row is here before the last one is made', async () => {
      const response = await new Visitor(shop).ask('/api/products.csv');
      expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
      expect(response.headers.get('content-length')).toBeNull();
      const chunks: string[] = [];
      for await (const chunk of response.body ?? []) chunks.push(Buffer.from(chunk).toString());
      expect(chunks.length).toBeGreaterThan(3);
      const rows = chunks.join('').trimEnd().split('\r\n');
      expect(rows[0]).toBe('slug,name,kind,price,stock');
      expect(rows.length).toBeGreaterThanOrEqual(13);
      expect(rows[7]).toMatch(/^oat-plate,"Oat plate",plates,2200,\d+$/);
    });

    test('documents itself where it is mounted', async () => {
      const visitor = new Visitor(shop);
      const document = (await (await visitor.ask('/api/openapi.json')).json()) as Record<string, object>;
      expect(document['servers']).toEqual([{ url: '/api' }]);
      expect(Object.keys(document['paths'] ?? {})).toContain('/products/{slug}');
      const redirect = await visitor.ask('/api/docs');
      expect(redirect.headers.get('location')).toBe('/api/docs/');
      const page = await visitor.page('/api/docs/');
      const links = [...page.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, link = '']) => link);
      expect(links.length).toBeGreaterThan(3);
      for (const link of links) {
        const { pathname } = new URL(link, 'http://host/api/docs/');
        expect((await visitor.ask(pathname, { method: 'HEAD' })).status).toBe(200);
      }
    });
  });
});

describe('example fastify-and-koa, its life', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s lets an export finish, and the exit code is 0',
    async (signal) => {
      const shop = await open();
      const exit = once(shop.process, 'exit');
      const response = await fetch(`${shop.url}/api/products.csv`);
      shop.process.kill(signal);
      const csv = await response.text();
      expect(csv).toContain('arch-vase');
      expect(await exit).toEqual([0, null]);
      await expect(fetch(shop.url)).rejects.toThrow();
    },
  );

  test('a port in use is told in words, with what to do', async () => {
    const other = createServer().listen(0);
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const shop = run(port);
    const exit = once(shop, 'exit');
    if (shop.stderr === null) throw new Error('the example has no error output');
    expect(await text(shop.stderr)).toBe(
      `Port ${port} is in use. Choose another one: PORT=${port + 1} npm start\n`,
    );
    expect(await exit).toEqual([1, null]);
    other.close();
  });
});
