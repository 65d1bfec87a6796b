import { request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { text } from 'node:stream/consumers';

/**
 * Does what a `curl` command line says, as far as our pages use it, so that the tests need no curl:
 * `-H`, `-X`, `-d`, `-i` (status line and headers too), `-k` (any certificate will do), `--path-as-is`.
 */
export async function curl(line: string): Promise<string> {
  const { url, method, headers, body, showsHead, trustsAll } = parse(line);
  const { origin } = new URL(url);
  // The target goes out as it is written; a URL object would tidy it.
  const target = url.slice(origin.length) || '/';
  return new Promise((resolve, reject) => {
    const options = { method, headers, path: target, agent: false, rejectUnauthorized: !trustsAll };
    const request = origin.startsWith('https:') ? requestSecure : requestPlain;
    const outgoing = request(origin, options, (response) => {
      const head = showsHead ? `HTTP/1.1 ${response.statusCode} ${response.statusMessage}\n` : '';
      text(response).then((answer) => resolve(head + answer), reject);
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

interface CurlCommand {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly showsHead: boolean;
  readonly trustsAll: boolean;
}

function parse(line: string): CurlCommand {
  const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
  const headers: Record<string, string> = {};
  let url = '';
  let method: string | undefined;
  let body: string | undefined;
  let showsHead = false;
  let trustsAll = false;
  const rest = words.slice(1).values();
  const next = (): string => rest.next().value ?? '';
  for (const word of rest) {
    if (word === '-H') {
      const [name = '', ...value] = next().split(': ');
      headers[name] = value.join(': ');
    } else if (word === '-X') method = next();
    else if (word === '-d') body = next();
    else if (word === '-i') showsHead = true;
    else if (word === '-k') trustsAll = true;
    else if (/^(?:https?:|localhost)/.test(word)) url = word.replace(/^localhost/, 'http://localhost');
    else if (word !== '--path-as-is') throw new Error(`curl option ${word} is not known here: ${line}`);
  }
  return {
    url,
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers,
    body,
    showsHead,
    trustsAll,
  };
}
