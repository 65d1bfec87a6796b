import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Application } from '@viaduct/core';
import { refuseUpgrade, sendPlain } from '@viaduct/core/internal';
import type { FromNodeOptions, NodeHandler } from './from-node.js';

/** What is needed of a server of `node:http` or `node:https`: it never has to listen. */
export interface NodeServer {
  emit(event: 'request', request: IncomingMessage, response: ServerResponse): boolean;
  emit(event: 'upgrade', ...handshake: Parameters<NonNullable<Application['upgrade']>>): boolean;
  listen(...where: never[]): unknown;
  closeIdleConnections(): void;
}

/** By shape. An application of Fastify has `listen`, and no connections of its own. */
export function isNodeServer(value: unknown): value is NodeServer {
  const { emit, listen, closeIdleConnections } = (value ?? {}) as Partial<NodeServer>;
  return [emit, listen, closeIdleConnections].every((member) => typeof member === 'function');
}

/** To whatever listens for the requests of a server. */
export function handlerOf(server: NodeServer): NodeHandler {
  return (request, response) => {
    if (!server.emit('request', request, response)) sendPlain(response, 404);
  };
}

/** To whatever listens for its handshakes: WebSocket servers that were attached to it, which may come later. */
export function upgradeOf(server: NodeServer): NonNullable<FromNodeOptions['upgrade']> {
  return (request, socket, head) => {
    if (!server.emit('upgrade', request, socket, head)) refuseUpgrade(socket, 404);
  };
}
