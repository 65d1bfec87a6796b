import { readFileSync } from 'node:fs';

/** A certificate that signed itself, and its key: `certificates/make.sh` makes them. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

function read(file: string): string {
  return readFileSync(new URL(`certificates/${file}.pem`, import.meta.url), 'utf8');
}

function load(name: string): Certificate {
  return { key: read(`${name}.key`), cert: read(`${name}.cert`) };
}

/** For `localhost` and `127.0.0.1`. */
export const LOCALHOST: Certificate = load('localhost');
/** For the same names, as if the first one had run out. */
export const RENEWED: Certificate = load('renewed');
/** For `tenant.example`. */
export const TENANT: Certificate = load('tenant');
/** The key of {@link LOCALHOST}, encrypted with `clay`. */
export const ENCRYPTED_KEY: string = read('encrypted.key');

/** Whom the clients of these tests believe. */
export const TRUSTED: string[] = [LOCALHOST.cert, RENEWED.cert, TENANT.cert];
