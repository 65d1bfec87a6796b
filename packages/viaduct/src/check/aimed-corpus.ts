import { benignCases, type PathCase, pathCorpus, targetCases } from '@viaduct/testing/paths';
import type { Place } from './place.js';

/** Methods that a throw-away process may send to a stranger's application. */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * The safe requests of the path corpus, aimed at a place.
 *
 * For the root the whole corpus as it is. For any other, the ways to write `/admin` are made ways to write its path,
 * and what real clients send is asked for below it:
 *
 * `('/%61dmin%2fsecret', '/api')` → `/%61pi%2fsecret`
 * `('/a//b', '/api')`             → `/api/a//b`
 */
export function aimCorpus({ host, path }: Place): readonly PathCase[] {
  if (path === '/')
    return pathCorpus.filter(isSafe).map((pathCase) => sendTo(pathCase, pathCase.target, host));
  const aimed = targetCases
    .filter(isSafe)
    .map((pathCase) => sendTo(pathCase, aim(pathCase.target, path), host));
  const below = benignCases
    .filter((pathCase) => isSafe(pathCase) && pathCase.target.startsWith('/'))
    .map((pathCase) => sendTo(pathCase, path + pathCase.target, host));
  return [...aimed, ...below];
}

function isSafe({ method = 'GET' }: PathCase): boolean {
  return SAFE.has(method);
}

function sendTo(pathCase: PathCase, target: string, host: string): PathCase {
  const { headers } = pathCase;
  return { ...pathCase, target, ...(headers === undefined && { headers: [`Host: ${host}`] }) };
}

/** Each way in which the corpus writes `admin`, and how another text is written so; the longest first. */
const WAYS: readonly (readonly [RegExp, (text: string) => string])[] = [
  [/%61%64%6d%69%6e/g, (text) => [...text].map((character) => encode(character)).join('')],
  [/%61%64%6D%69%6E/g, (text) => [...text].map((character) => encode(character).toUpperCase()).join('')],
  [/%2561dmin/g, (text) => `%25${hexOf(text)}${text.slice(1)}`],
  [/%36%31dmin/g, (text) => [...hexOf(text)].map((digit) => encode(digit)).join('') + text.slice(1)],
  [/%61dmin/g, (text) => encode(text.slice(0, 1)) + text.slice(1)],
  [/%41DMIN/g, (text) => encode(text.slice(0, 1).toUpperCase()) + text.slice(1).toUpperCase()],
  [/ADMIN/g, (text) => text.toUpperCase()],
  [/Admin/g, (text) => text.slice(0, 1).toUpperCase() + text.slice(1)],
  [/aDMIN/g, (text) => text.slice(0, 1) + text.slice(1).toUpperCase()],
  [/admin/g, (text) => text],
];

function aim(target: string, path: string): string {
  const text = path.slice(1);
  const way = WAYS.find(([pattern]) => target.search(pattern) !== -1);
  return way === undefined ? target : target.replaceAll(way[0], () => way[1](text));
}

/** Slashes stay: one that is encoded is another case. */
function encode(character: string): string {
  return character === '/' ? '/' : `%${hexOf(character)}`;
}

function hexOf(text: string): string {
  return text.charCodeAt(0).toString(16).padStart(2, '0');
}
