import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';

/** Somebody with an account. */
export interface User {
  readonly name: string;
  /** A keeper also looks after the stock: new products, new photos. */
  readonly role: 'customer' | 'keeper';
}

interface Account extends User {
  readonly salt: Buffer;
  readonly hash: Buffer;
}

const accounts = new Map<string, Account>();

export function findUser(name: string): User | undefined {
  const account = accounts.get(name);
  return account === undefined ? undefined : { name: account.name, role: account.role };
}

/** The user, when the password is right. */
export function authenticate(name: string, password: string): User | undefined {
  const account = accounts.get(name);
  if (account === undefined) return undefined;
  return timingSafeEqual(hash(password, account.salt), account.hash) ? findUser(name) : undefined;
}

function addAccount(name: string, role: User['role'], password: string): void {
  const salt = randomBytes(16);
  accounts.set(name, { name, role, salt, hash: hash(password, salt) });
}

function hash(password: string, salt: Buffer): Buffer {
  return scryptSync(password, salt, 32);
}

addAccount('ada', 'customer', 'clay');
addAccount('sam', 'keeper', 'kiln');
