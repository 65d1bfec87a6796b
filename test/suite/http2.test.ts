import { describeApplication } from '@viaduct/testing';
import { describe, it } from 'vitest';
import { fastify, koa, node, web } from './bridges.js';

const HTTP2 = { describe, it, faces: ['node', 'http2'] } as const;
const NO_REASON = {
  'a reason phrase': 'HTTP/2 has none',
  'an upload that nobody reads':
    "Node's client takes the RST_STREAM (NO_ERROR) behind a whole answer for a premature close",
};
const LATE_HEAD = {
  'the head arrives before': 'Fastify pipes a stream, and sends the head with its first chunk',
};

describeApplication('a web application over HTTP/2', web, { ...HTTP2, except: NO_REASON });
describeApplication('fromNode over HTTP/2', node, { ...HTTP2, except: NO_REASON });
describeApplication('fromKoa over HTTP/2', koa, { ...HTTP2, except: NO_REASON });
describeApplication('fromFastify over HTTP/2', fastify, { ...HTTP2, except: { ...NO_REASON, ...LATE_HEAD } });
