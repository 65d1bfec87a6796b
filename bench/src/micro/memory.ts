import { fromKoa } from '@viaduct/koa';
import Koa from 'koa';

/**
 * What a body of 1 GB holds in memory while it streams through the web face of a Koa app, in each
 * direction, beyond what the process holds at rest.
 */
const TOTAL_BYTES = 1024 ** 3;
const CHUNK = new Uint8Array(64 * 1024).fill(1);
const GOAL_MEGABYTES = 16;

/** Looks at memory from inside the streams: a timer would not fire while they keep the process busy. */
class Sampler {
  most = 0;
  samples = 0;
  #atRest = 0;
  #chunks = 0;

  begin(): void {
    globalThis.gc?.();
    this.#atRest = this.#held();
    this.most = 0;
    this.samples = 0;
  }

  chunk(): void {
    this.#chunks += 1;
    if (this.#chunks % 128 !== 0) return;
    globalThis.gc?.();
    this.samples += 1;
    this.most = Math.max(this.most, this.#held() - this.#atRest);
  }

  /** What the program holds, which is what would grow: garbage that is not yet collected comes and goes. */
  #held(): number {
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  }
}

const sampler = new Sampler();
const app = new Koa();
app.use(async (ctx) => {
  if (ctx.method === 'POST') {
    let received = 0;
    for await (const chunk of ctx.req) {
      received += (chunk as Buffer).length;
      sampler.chunk();
    }
    ctx.body = String(received);
    return;
  }
  ctx.respond = false;
  for (let sent = 0; sent < TOTAL_BYTES; sent += CHUNK.length) {
    if (!ctx.res.write(CHUNK)) await new Promise((resolve) => ctx.res.once('drain', resolve));
  }
  ctx.res.end();
});
const application = fromKoa(app);

console.log(
  `\nA body of 1 GB through the web face of a Koa app, node ${process.versions.node}: most memory beyond rest`,
);
await report('down', async () => {
  const response = await application.fetch(new Request('http://localhost/'));
  let received = 0;
  for await (const chunk of response.body ?? []) {
    received += chunk.length;
    sampler.chunk();
  }
  return received;
});
await report('up', async () => {
  let sent = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (sent >= TOTAL_BYTES) return controller.close();
        sent += CHUNK.length;
        controller.enqueue(CHUNK);
      },
    },
    { highWaterMark: 0 },
  );
  const init: RequestInit & { duplex: 'half' } = { method: 'POST', body, duplex: 'half' };
  const response = await application.fetch(new Request('http://localhost/', init));
  return Number(await response.text());
});

async function report(direction: string, run: () => Promise<number>): Promise<void> {
  sampler.begin();
  const bytes = await run();
  const megabytes = sampler.most / 1024 ** 2;
  if (bytes !== TOTAL_BYTES) throw new Error(`${direction}: ${bytes} bytes came through`);
  if (sampler.samples < 100) throw new Error(`${direction}: only ${sampler.samples} samples were taken`);
  const verdict = megabytes < GOAL_MEGABYTES ? 'met' : 'missed';
  console.log(
    `  ${direction.padEnd(5)} ${megabytes.toFixed(1).padStart(6)} MB  goal ${GOAL_MEGABYTES} MB: ${verdict}`,
  );
}
