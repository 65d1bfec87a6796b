import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { CERTIFICATE } from './certificate.js';

/** A client's end of one connection over TLS, and the one below it, which can be reset at any moment. */
export class SecureConnection {
  readonly socket: TLSSocket;
  readonly #carrier: Socket;

  private constructor(carrier: Socket, protocol: 'h2' | 'http/1.1') {
    this.#carrier = carrier;
    this.socket = connectTls({
      socket: carrier,
      servername: 'localhost',
      ca: CERTIFICATE.cert,
      ALPNProtocols: [protocol],
    });
    for (const socket of [carrier, this.socket]) socket.on('error', () => undefined);
  }

  /** Begins the handshake, and does not wait for its end. */
  static async begin(port: number, protocol: 'h2' | 'http/1.1'): Promise<SecureConnection> {
    const carrier = connectTcp(port, '127.0.0.1');
    await once(carrier, 'connect');
    return new SecureConnection(carrier, protocol);
  }

  static async open(port: number, protocol: 'h2' | 'http/1.1'): Promise<SecureConnection> {
    const connection = await SecureConnection.begin(port, protocol);
    await once(connection.socket, 'secureConnect');
    return connection;
  }

  reset(): void {
    this.#carrier.resetAndDestroy();
    this.socket.destroy();
  }
}
