import type { SecureContextOptions, TlsOptions as NodeTlsOptions } from 'node:tls';
import { ViaductTypeError } from '@viaduct/core';

/**
 * What Node's `tls.createServer` takes: `key` and `cert` as the contents of PEM files, or `pfx`; `ca`,
 * `requestCert`, `minVersion`, `SNICallback` and the rest. ALPN follows from the option `http2`.
 *
 * `handshakeTimeout` is 10,000 ms unless given: Node waits for 120,000.
 */
export type TlsOptions = Omit<SecureContextOptions & NodeTlsOptions, 'ALPNProtocols' | 'ALPNCallback'>;

/**
 * Finds out what is wrong with TLS options before a port opens: Node finds some of it only when a client connects.
 *
 * What was given is never shown: it may be a key.
 *
 * @param place The function that was called, to begin messages with: `serve`.
 * @throws {ViaductTypeError} `VIADUCT_E_OPTION`, saying what is wrong and what to write instead.
 */
export function checkTlsOptions(options: TlsOptions, place: string): void {
  if (typeof options !== 'object' || options === null)
    throw wrong(place, `tls is ${String(options)}. Write { key, cert }.`);
  for (const name of ['ALPNProtocols', 'ALPNCallback']) {
    if (name in options)
      throw wrong(
        place,
        `tls.${name} cannot be given: the option http2 decides which protocols are offered.`,
      );
  }
  refuseMissing(options, place);
  for (const name of ['key', 'cert', 'ca'] as const) refuseOther(options[name], name, place);
  const error = refusalOf(options);
  if (error !== undefined) throw wrong(place, reason(error, culpritOf(options)), error);
}

/** What Node, or OpenSSL inside it, has against a context. */
function refusalOf(options: SecureContextOptions): unknown {
  try {
    process.getBuiltinModule('node:tls').createSecureContext(options);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** OpenSSL does not say which it was reading: each is tried alone. */
function culpritOf({ passphrase, ...options }: TlsOptions): string {
  const culprit = (['cert', 'key', 'ca'] as const).find(
    (name) =>
      isGiven(options[name]) &&
      refusalOf({ [name]: options[name], ...(passphrase === undefined ? {} : { passphrase }) }) !== undefined,
  );
  return culprit === undefined ? 'tls' : `tls.${culprit}`;
}

/** Node takes a key without its certificate, and then fails every handshake. */
function refuseMissing({ key, cert, pfx, SNICallback, pskCallback }: TlsOptions, place: string): void {
  if (isGiven(key) && isGiven(cert)) return;
  if (!isGiven(key) && !isGiven(cert) && (isGiven(pfx) || SNICallback || pskCallback)) return;
  const missing = isGiven(key) ? 'tls.cert' : isGiven(cert) ? 'tls.key' : 'tls.key and tls.cert';
  throw wrong(
    place,
    `${missing} ${missing.includes('and') ? 'are' : 'is'} missing. Write ` +
      "tls: { key: readFileSync('key.pem'), cert: readFileSync('cert.pem') }, or a pfx.",
  );
}

function isGiven(value: unknown): boolean {
  return (
    value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)
  );
}

/** Text or bytes that are no PEM are most often the name of a file. */
function refuseOther(value: unknown, name: string, place: string): void {
  for (const each of [value].flat()) {
    const pem: unknown = isKeyObject(each) ? each.pem : each;
    if (pem === undefined || pem === null) continue;
    if (typeof pem !== 'string' && !ArrayBuffer.isView(pem))
      throw wrong(place, `tls.${name} is ${typeof pem}. Write the contents of a PEM file.`);
    const text =
      typeof pem === 'string'
        ? pem
        : Buffer.from(pem.buffer, pem.byteOffset, pem.byteLength).toString('latin1');
    if (!text.includes('-----BEGIN ')) {
      throw wrong(
        place,
        `tls.${name} is no PEM: there is no line "-----BEGIN …" in it. ` +
          `Write the contents of the file, not its name: readFileSync('${name}.pem').`,
      );
    }
    const kind = name === 'key' ? 'PRIVATE KEY' : 'CERTIFICATE';
    if (new RegExp(`-----BEGIN [A-Z0-9 ]*${kind}-----`).test(text)) continue;
    throw wrong(
      place,
      `tls.${name} is a PEM file without a ${kind.toLowerCase()} in it. Write the contents of the file that has one.`,
    );
  }
}

function isKeyObject(value: unknown): value is { readonly pem: unknown } {
  return typeof value === 'object' && value !== null && 'pem' in value;
}

function reason(error: unknown, culprit: string): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH')
    return 'tls: key and cert do not belong together. Write the certificate that was issued for this key.';
  if (/BAD_DECRYPT|PASSPHRASE|INTERRUPTED_OR_CANCELLED|BAD_PASSWORD/i.test(`${code} ${message}`))
    return 'tls: the key is encrypted, and passphrase is missing or wrong.';
  return `${culprit}: OpenSSL refuses it: ${message}`;
}

function wrong(place: string, fault: string, cause?: unknown): ViaductTypeError {
  return new ViaductTypeError('VIADUCT_E_OPTION', `${place}: ${fault}`, cause === undefined ? {} : { cause });
}
