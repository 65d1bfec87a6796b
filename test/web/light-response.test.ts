import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ApplicationLike, LightResponse, lint, toNode } from 'viaduct';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

type Make = (Kind: typeof LightResponse) => Response;

const BODIES: Readonly<Record<string, () => ConstructorParameters<typeof Response>[0]>> = {
  nothing: () => undefined,
  null: () => null,
  'an empty text': () => '',
  'a text': () => 'héllo €',
  'a text with a byte order mark and half a character': () => '\ufeffa\ud800b',
  'a JSON text': () => '{"a":1}',
  bytes: () => new Uint8Array([104, 105, 0xff]),
  'a window of bytes': () => new Uint8Array([1, 2, 3, 4]).subarray(1, 3),
  'an ArrayBuffer': () => new Uint8Array([1, 2]).buffer,
  'a Blob': () => new Blob(['blob'], { type: 'text/x' }),
  'form data by URL': () => new URLSearchParams({ a: '1' }),
  'a stream': () => new Blob(['streamed']).stream(),
  'a number': () => 7 as never,
};

const INITS: Readonly<Record<string, ResponseInit | undefined>> = {
  'no init': undefined,
  'null for init': null as never,
  'a status and a reason': { status: 418, statusText: "I'm a teapot" },
  'status 204': { status: 204 },
  'status 304': { status: 304, headers: { etag: '"x"' } },
  'status 101': { status: 101 },
  'status 600': { status: 600 },
  'status as a text': { status: '201' as never },
  'a reason with a line break': { statusText: 'a\nb' },
  'a header in another case': { headers: { 'Content-Type': 'text/html', 'X-A': 'b' } },
  'a header with white space around it': { headers: { 'x-a': '  b\t' } },
  'an empty header': { headers: { 'x-a': '' } },
  'a number as a header': { headers: { 'x-a': 7 as never } },
  'a header of Latin-1': { headers: { 'x-a': 'é' } },
  'a header beyond Latin-1': { headers: { 'x-a': '€' } },
  'a header with a line break': { headers: { 'x-a': 'a\r\nb: c' } },
  'a header whose name is none': { headers: { 'x a': 'b' } },
  'one header in two cases': { headers: { 'x-a': '1', 'X-A': '2' } },
  'two cookies in a list': {
    headers: [
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    ],
  },
  'Headers with two cookies': { headers: twoCookies() },
  'a header called __proto__': { headers: JSON.parse('{"__proto__":"x"}') as Record<string, string> },
};

const READERS: Readonly<Record<string, (response: Response) => Promise<unknown>>> = {
  text: (response) => response.text(),
  json: (response) => response.json(),
  arrayBuffer: async (response) => [...new Uint8Array(await response.arrayBuffer())],
  blob: async (response) => {
    const blob = await response.blob();
    return [blob.type, await blob.text()];
  },
  formData: async (response) => [...(await response.formData())],
  body: async (response) => {
    const { body } = response;
    return body === null ? null : [...new Uint8Array(await new Response(body).arrayBuffer())];
  },
  clone: async (response) => {
    const copy = response.clone();
    copy.headers.set('x-copy', 'yes');
    return [await copy.text(), copy.status, [...copy.headers], await response.text()];
  },
  'clone without a type': async (response) => {
    response.headers.delete('content-type');
    return [...response.clone().headers];
  },
  'a Response made of it': async (response) => {
    const copy = new Response(response.body, response);
    return [await copy.text(), [...copy.headers], response.bodyUsed];
  },
};

describe('a light Response answers as the native one does', () => {
  for (const [body, makeBody] of Object.entries(BODIES)) {
    for (const [init, given] of Object.entries(INITS)) {
      it(`made of ${body} and ${init}`, async () => {
        const make: Make = (Kind) => new Kind(makeBody(), given);
        expect(await behaviourOf(LightResponse, make)).toEqual(await behaviourOf(Response, make));
      });
    }
  }

  for (const [name, make] of Object.entries<Make>({
    'json()': (Kind) => Kind.json({ a: 'é' }),
    'json() with a type of its own': (Kind) => Kind.json([1], { headers: { 'Content-Type': 'text/x' } }),
    'json() and null for init': (Kind) => Kind.json(1, null as never),
    'json() of nothing': (Kind) => Kind.json(undefined),
    'json() with status 204': (Kind) => Kind.json(1, { status: 204 }),
    'redirect()': (Kind) => Kind.redirect('http://localhost/x', 303),
    'error()': (Kind) => Kind.error(),
  })) {
    it(`made by ${name}`, async () => {
      expect(await behaviourOf(LightResponse, make)).toEqual(await behaviourOf(Response, make));
    });
  }

  it('is a Response by its prototype, and shows headers that were changed', () => {
    const response = new LightResponse('x', { headers: { 'x-a': '1' } });
    response.headers.append('x-a', '2');
    expect(response).toBeInstanceOf(Response);
    expect(Object.prototype.toString.call(response)).toBe('[object Response]');
    expect(response.headers.get('x-a')).toBe('1, 2');
    expect(response.headers).toBe(response.headers);
  });

  it('keeps its bytes when their owner writes over them', async () => {
    const bytes = new Uint8Array([104, 105]);
    const response = new LightResponse(bytes);
    bytes.fill(0);
    expect(await response.text()).toBe('hi');
  });
});

describe('a server of ours sends a light Response as it sends the native one', () => {
  for (const [body, makeBody] of Object.entries(BODIES)) {
    for (const [init, given] of Object.entries(INITS)) {
      const make: Make = (Kind) => new Kind(makeBody(), given);
      if (failureOf(() => make(Response)) !== undefined) continue;
      it(`made of ${body} and ${init}`, async () => {
        expect(await sent(make, LightResponse)).toEqual(await sent(make, Response));
      });
    }
  }

  it('answers 500 when one is sent twice, as for the native one', async () => {
    const light = new LightResponse('once');
    const native = new Response('once');
    const answers = [];
    for (const response of [light, native]) {
      const application = { fetch: () => response };
      answers.push(await ask(application, 'GET', 2));
    }
    expect(answers[0]?.map(({ status }) => status)).toEqual([200, 500]);
    expect(answers[1]?.map(({ status }) => status)).toEqual([200, 500]);
  });

  it('makes no native one to send, with a text or with no body at all', async () => {
    const responses = [() => new LightResponse('x'), () => new LightResponse(null, { status: 204 })];
    for (const make of responses) await ask({ fetch: make }, 'GET', 1);
    const made = vi.fn();
    vi.stubGlobal(
      'Response',
      class extends Response {
        constructor(...init: ConstructorParameters<typeof Response>) {
          super(...init);
          made();
        }
      },
    );
    onTestFinished(() => {
      vi.unstubAllGlobals();
    });
    for (const make of responses) {
      const light = make();
      made.mockClear();
      await ask({ fetch: () => light }, 'GET', 1);
      expect(made).not.toHaveBeenCalled();
    }
  });

  it('sends the headers that were added after it was made', async () => {
    const response = new LightResponse('x');
    response.headers.append('set-cookie', 'a=1');
    response.headers.append('set-cookie', 'b=2');
    const [answer] = await ask({ fetch: () => response }, 'GET', 1);
    expect(answer?.headers).toContainEqual(['set-cookie', 'a=1']);
    expect(answer?.headers).toContainEqual(['set-cookie', 'b=2']);
  });
});

/** All that can be seen of a response: once as it is made, and once for each way to read it, twice over. */
async function behaviourOf(Kind: typeof LightResponse, make: Make): Promise<unknown> {
  const failure = failureOf(() => make(Kind));
  if (failure !== undefined) return failure;
  const { status, statusText, ok, type, url, redirected, bodyUsed, headers, body } = make(Kind);
  const seen: unknown[] = [
    status,
    statusText,
    ok,
    type,
    url,
    redirected,
    bodyUsed,
    [...headers],
    body === null,
  ];
  for (const [name, read] of Object.entries(READERS)) {
    const response = make(Kind);
    const first = await outcomeOf(() => read(response));
    const { bodyUsed: isUsed } = response;
    seen.push([name, first, isUsed, await outcomeOf(() => read(response))]);
  }
  return seen;
}

function failureOf(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return [(error as Error).name, (error as Error).message];
  }
}

/** What a reading gives, or that it fails: the words differ from one version of Node to the next. */
async function outcomeOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    return ['fails', (error as Error).name];
  }
}

interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

async function sent(make: Make, Kind: typeof LightResponse): Promise<unknown> {
  const application = lint({ fetch: () => make(Kind) }, { mode: 'warn', onViolation: () => undefined });
  return [
    await ask({ fetch: () => make(Kind) }, 'GET', 1),
    await ask(application, 'GET', 1),
    await ask({ fetch: () => make(Kind) }, 'HEAD', 1),
  ];
}

async function ask(application: ApplicationLike, method: string, times: number): Promise<Answer[]> {
  const server = createServer(toNode(application, { onError: () => undefined }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const answers: Answer[] = [];
    while (answers.length < times) {
      const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, {
        method,
        redirect: 'manual',
        headers: { connection: 'close' },
      });
      const headers = [...response.headers].filter(([name]) => name !== 'date');
      answers.push({
        status: response.status,
        reason: response.statusText,
        headers,
        body: await response.text(),
      });
    }
    return answers;
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

function twoCookies(): Headers {
  const headers = new Headers();
  headers.append('set-cookie', 'a=1');
  headers.append('set-cookie', 'b=2');
  return headers;
}
