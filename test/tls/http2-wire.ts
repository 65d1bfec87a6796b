import { onTestFinished } from 'vitest';
import { Http2Wire } from '../conformance/http2-wire.js';
import { TRUSTED } from './certificates.js';

/** A connection over HTTP/2 of which the client writes the frames itself, closed when the test ends. */
export async function openWire(port: number, settings?: Buffer): Promise<Http2Wire> {
  const wire = await Http2Wire.open(port, TRUSTED, settings);
  onTestFinished(() => void wire.socket.destroy());
  return wire;
}
