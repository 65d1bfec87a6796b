/** Why a server closes a WebSocket (RFC 6455 §7.4.1): it goes away, or its application has failed. */
export type CloseCode = 1001 | 1011;

/** An unmasked WebSocket close frame without a reason (RFC 6455 §5.5.1); the client answers it, and closes. */
export function closeFrame(code: CloseCode): Uint8Array {
  return Uint8Array.of(0x88, 2, code >> 8, code & 0xff);
}
