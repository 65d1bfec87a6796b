import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Application } from '@viaduct/core';
import {
  admitUpgrade,
  hasBody,
  type Gateway,
  MountPoint,
  observersOf,
  observeUpgrade,
  refuseUpgrade,
  runUpgrade,
} from '@viaduct/core/internal';
import { type AllowedOrigins, isAllowedOrigin } from './origin.js';
import { isAnswering, untilAnswered } from './pipelined-answers.js';
import { serveWithoutUpgrade } from './plain-request.js';
import type { UpgradedSockets } from './upgraded-sockets.js';

/** A handler for the `upgrade` event of an HTTP server. */
export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface UpgradeListenerOptions {
  readonly gateway: Gateway;
  /** Serves what asks for another protocol than WebSocket, as if it had not asked. */
  readonly server: Server;
  /** Keeps the connections that Node takes out of HTTP. */
  readonly upgrades: UpgradedSockets;
  readonly origins: AllowedOrigins | undefined;
}

/**
 * Makes the one `upgrade` listener of a server. With several, each would answer for all.
 *
 * A WebSocket handshake that is what it seems goes to the application that owns its path. Any other
 * protocol, `h2c` for one, is not switched to: the request is served as if it had not asked (RFC 9110 §7.8).
 */
export function createUpgradeListener(
  application: Application,
  { gateway, server, upgrades, origins }: UpgradeListenerOptions,
): UpgradeListener {
  const root = new MountPoint(gateway);
  const observers = observersOf(application);

  function listener(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Without a listener, a connection that is reset would end the process.
    socket.on('error', ignore);
    upgrades.track(socket, request);
    if (isAnswering(socket)) {
      void untilAnswered(socket).then((isOpen) => {
        if (isOpen) dispatch(request, socket, head);
      });
    } else {
      dispatch(request, socket, head);
    }
  }

  function dispatch(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (!asksForWebSocket(request)) {
      socket.off('error', ignore);
      upgrades.untrack(socket);
      serveWithoutUpgrade(server, request, socket, head);
      return;
    }
    for (const observer of observers) observeUpgrade(observer, request, socket, application.name);
    if (request.method !== 'GET' || !KEY.test(request.headers['sec-websocket-key'] ?? '')) {
      refuseUpgrade(socket, 400);
    } else if (request.headers['sec-websocket-version'] !== '13') {
      refuseUpgrade(socket, 426, { 'sec-websocket-version': '13' });
    } else if (admitUpgrade(request, socket, root)) {
      if (isAllowedOrigin(request, origins)) void runUpgrade(application, request, socket, head);
      else refuseUpgrade(socket, 403);
    }
  }

  return listener;
}

/**
 * Keeps the connections that listeners of the user's own take out of HTTP, such as those of a WebSocket server on
 * `server.httpServer`, to close them with the others.
 *
 * It listens for upgrades only where somebody else does: with a listener, Node takes them out of HTTP.
 */
export function trackForeignUpgrades(server: Server, upgrades: UpgradedSockets): void {
  function track(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Theirs may be gone again.
    if (server.listenerCount('upgrade') === 1) serveWithoutUpgrade(server, request, socket, head);
    else upgrades.track(socket, request);
  }
  server.on('newListener', function onNew(event: string) {
    if (event !== 'upgrade') return;
    server.off('newListener', onNew);
    server.on('upgrade', track);
  });
}

/**
 * Whether a connection is taken out of HTTP for a request, for the upgrade listener to decide: Node from 24.9
 * on asks (`shouldUpgradeCallback`).
 *
 * Not for a body with another protocol. Its bytes would not be on the socket, from where
 * {@link serveWithoutUpgrade} could give them back; Node serves such a request as if it had not asked. One
 * without a body it would serve so too, but drop the requests that are pipelined behind it.
 */
export function leavesHttp(request: IncomingMessage): boolean {
  return asksForWebSocket(request) || !hasBody(request);
}

function asksForWebSocket(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === 'websocket';
}

/** 16 bytes in Base64 (RFC 6455 §4.1). */
const KEY = /^[A-Za-z0-9+/]{22}==$/;

function ignore(): void {}
