import { Connection } from '../../../conformance/connection.js';
import { answerOn, Http2Client } from '../client/http2-client.js';
import { GatewayHandle } from '../client/gateway-handle.js';
import { untilQuiet } from '../soak/soak.js';
import { goodClients, mountOf } from './good-clients.js';
import { leftBehind } from './left-behind.js';

export interface LorisSeriesResult {
  /** What good clients waited for their answers, the slowest of a hundred, in ms: alone, … */
  readonly alone: number;
  /** … beside the others, while these are held … */
  readonly beside: number;
  /** … and while they are refused, hundreds at a time: Node looks once a second. */
  readonly amid: number;
  /** How many were answered with 408, and after how long the last one. */
  readonly refused: number;
  readonly lastMs: number;
  readonly broken: readonly string[];
}

const LIMITS = { headersTimeoutMs: 3_000, requestTimeoutMs: 5_000, keepAliveTimeoutMs: 8_000 };

/** Node looks for them once a second; what is beyond is the patience of a busy machine. */
const LATEST_MS = LIMITS.requestTimeoutMs + 1_000 + 5_000;

/** While all of them are held, and while they are refused. */
const HELD_MS = 1_500;
const REFUSED_MS = 5_000;

/** L7: clients that send half a head or half a body and then nothing, beside others that are in good order. */
export async function throwLorises(count: number): Promise<LorisSeriesResult> {
  const gateway = await GatewayHandle.open({ limits: LIMITS });
  try {
    const before = await gateway.measure();
    const broken: string[] = [];
    // Not the first requests of a young process.
    await goodClients(gateway.port, 1_000);
    const alone = await goodClients(gateway.port, REFUSED_MS);
    const waiting = await openLorises(gateway, count);
    const beside = await goodClients(gateway.port, HELD_MS);
    const amid = await goodClients(gateway.port, REFUSED_MS);
    const refusals = await Promise.all(waiting);
    const refused = refusals.filter(({ status }) => status === 408).length;
    const lastMs = Math.max(...refusals.map(({ tookMs }) => tookMs));
    if (refused < 3 * count) broken.push(`of ${3 * count} that are slow, ${refused} were answered with 408`);
    if (lastMs > LATEST_MS) broken.push(`the last 408 came after ${Math.round(lastMs)} ms`);
    broken.push(...leftBehind(before, await untilQuiet(gateway)));
    return { alone, beside, amid, refused, lastMs, broken };
  } finally {
    await gateway.stop();
  }
}

/** How a slow client was answered; 0: not at all. */
interface Refusal {
  readonly status: number;
  readonly tookMs: number;
}

/** @returns When all have sent their halves; each waits for its answer then. */
async function openLorises(
  { port, securePort }: GatewayHandle,
  count: number,
): Promise<readonly Promise<Refusal>[]> {
  const waiting: Promise<Refusal>[] = [];
  for (let opened = 0; opened < count; opened += AT_A_TIME) {
    const numbers = Array.from({ length: Math.min(AT_A_TIME, count - opened) }, (_, index) => opened + index);
    const halves = numbers.flatMap((number) => [HALF_HEAD, halfBody(number)]);
    const connections = await Promise.all(halves.map((half) => openHalf(port, half)));
    waiting.push(...connections.map(refusalOf));
    // As many uploads over HTTP/2, on one connection.
    const client = await Http2Client.open(securePort);
    const refusals = numbers.map((number) => refusalOfStream(client, number));
    void Promise.allSettled(refusals).then(() => client.close());
    waiting.push(...refusals);
  }
  return waiting;
}

/** Fewer than the streams that a connection may have. */
const AT_A_TIME = 100;

const HALF_HEAD = 'GET /koa/echo/half HTTP/1.1\r\nHost: faults.te';

function halfBody(number: number): string {
  const target = `${mountOf(number)}/sum/l${number}`;
  return `POST ${target} HTTP/1.1\r\nHost: faults.test\r\nContent-Length: 50\r\n\r\nhalf`;
}

async function openHalf(port: number, half: string): Promise<Connection> {
  const connection = await Connection.open(port);
  await connection.write(half);
  return connection;
}

async function refusalOf(connection: Connection): Promise<Refusal> {
  const startedAt = performance.now();
  const { status } = await connection.read().catch(() => ({ status: 0 }));
  const tookMs = performance.now() - startedAt;
  await connection.closed;
  return { status, tookMs };
}

async function refusalOfStream(client: Http2Client, number: number): Promise<Refusal> {
  const startedAt = performance.now();
  const stream = client.request(`${mountOf(number)}/sum/l${number}`, 'POST');
  stream.write('half');
  const { status } = await answerOn(stream);
  return { status, tookMs: performance.now() - startedAt };
}
