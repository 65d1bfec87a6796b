import { askedProduct, findProduct } from './apps/products.js';
import { download, ECHOED } from './apps/payloads.js';

/** What can be asked of an application. */
export type WorkloadName = 'hello' | 'product' | 'order' | 'echo' | 'download';

/** Which of the two makes of an application answers: the smallest that there is, or one with what real ones have. */
export type AppSize = 'small' | 'full';

/** One request and the only right answer to it. */
export interface Question {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Media type and bytes that are sent; without them the request has no body. */
  readonly type?: string;
  readonly sent?: Buffer;
  readonly status: number;
  /** Headers that the answer must have: a value that begins so. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: () => Buffer;
}

/** A kind of request, and the application that is asked. */
export interface Workload {
  readonly title: string;
  readonly size: AppSize;
  /** Keep-alive connections that ask at a time. Default: as many as the run has. */
  readonly connections?: number;
  /** Path below the place where the application answers. */
  readonly question: Question;
}

const json = 'application/json';
const bytes = 'application/octet-stream';
/** Set by a hook, a middleware of the full applications: were it skipped, the answer would be fast and wrong. */
const hooked = { 'x-content-type-options': 'nosniff' };
const hello = Buffer.from('{"hello":"world"}');
const product = Buffer.from(JSON.stringify(findProduct(askedProduct)));
const order = { product: 42, count: 3, comment: 'leave it with the neighbours' };
const ordered = Buffer.from(JSON.stringify(order));
const accepted = Buffer.from(JSON.stringify({ ...order, isAccepted: true }));

/** All of them, in the order in which they are told. */
export const WORKLOADS: Readonly<Record<WorkloadName, Workload>> = {
  hello: {
    title: 'a small JSON answer',
    size: 'small',
    question: {
      method: 'GET',
      path: '/hello',
      status: 200,
      headers: { 'content-type': json },
      body: () => hello,
    },
  },
  product: {
    title: 'a routed application with schema, hooks or middleware',
    size: 'full',
    question: {
      method: 'GET',
      path: `/products/${askedProduct}?fields=all`,
      status: 200,
      headers: { 'content-type': json, ...hooked },
      body: () => product,
    },
  },
  order: {
    title: 'the same, a JSON body parsed and checked',
    size: 'full',
    question: {
      method: 'POST',
      path: '/orders',
      type: json,
      sent: ordered,
      status: 201,
      headers: { 'content-type': json, ...hooked },
      body: () => accepted,
    },
  },
  echo: {
    title: '64 KB up and down',
    size: 'full',
    question: {
      method: 'POST',
      path: '/echo',
      type: bytes,
      sent: ECHOED,
      status: 200,
      headers: { 'content-type': bytes },
      body: () => ECHOED,
    },
  },
  download: {
    title: 'a stream of 10 MB',
    connections: 4,
    size: 'full',
    question: {
      method: 'GET',
      path: '/download',
      status: 200,
      headers: { 'content-type': bytes },
      body: download,
    },
  },
};

/** Their names. */
export const WORKLOAD_NAMES: readonly WorkloadName[] = Object.keys(WORKLOADS) as WorkloadName[];

/** The question of a workload, to an application that answers below `basePath`. */
export function questionOf(workload: WorkloadName, basePath: string): Question {
  const { question } = WORKLOADS[workload];
  return { ...question, path: `${basePath}${question.path}` };
}
