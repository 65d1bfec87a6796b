import { readFileSync } from 'node:fs';

/** From the compiled file: the certificates are not copied. */
function read(file: string): string {
  return readFileSync(new URL(`../../../../../tls/certificates/${file}.pem`, import.meta.url), 'utf8');
}

/** For `localhost`; it signed itself, so that its clients trust it by name. */
export const CERTIFICATE: { readonly key: string; readonly cert: string } = {
  key: read('localhost.key'),
  cert: read('localhost.cert'),
};
