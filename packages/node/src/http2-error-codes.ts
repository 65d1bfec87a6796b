/** Why a stream is reset (RFC 9113 §7); Node's `http2.constants` would have to be loaded for them. */
export const NO_ERROR = 0x0;
export const INTERNAL_ERROR = 0x2;
export const CANCEL = 0x8;
