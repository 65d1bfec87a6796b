import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Failure, failureText } from './failure.js';

/** Header by which a page that waits learns whether this failure is still the latest. */
const HEADER = 'x-viaduct-failure';

/** A server without a port: it answers whatever connections it is given with the failure, and 500. */
export class ErrorPage {
  readonly #server: Server = createServer((request, response) => this.#answer(request, response));
  #failure: Failure = { message: '' };
  #number = 0;

  show(failure: Failure): void {
    this.#failure = failure;
    this.#number += 1;
  }

  take(connection: Socket): void {
    this.#server.emit('connection', connection);
    connection.resume();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const isHtml = request.headers.accept?.includes('text/html') === true;
    const title = 'The application does not run.';
    response.writeHead(500, {
      'content-type': `text/${isHtml ? 'html' : 'plain'}; charset=utf-8`,
      'cache-control': 'no-store',
      // The next request shall find whoever answers by then.
      connection: 'close',
      [HEADER]: String(this.#number),
    });
    const number = String(this.#number);
    response.end(isHtml ? page(this.#failure, title, number) : `${failureText(this.#failure, title)}\n`);
  }
}

function page({ message, file, line, column, frame, stack }: Failure, title: string, number: string): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(message.split('\n')[0] ?? '')}</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 4rem auto; padding: 0 1.5rem; }
h1 { font-size: 1rem; font-weight: 600; color: #c62828; margin: 0; }
.message { font-size: 1.4rem; font-weight: 600; white-space: pre-wrap; margin: .3rem 0 1rem; }
code, pre { font: .9rem/1.6 ui-monospace, monospace; }
pre { padding: 1rem; border: 1px solid #8884; border-radius: 6px; overflow-x: auto; }
mark { background: #c6282833; color: inherit; display: inline-block; min-width: 100%; }
footer { color: #888; }
</style>
</head>
<body>
<h1>${escape(title)}</h1>
<p class="message">${escape(message)}</p>
${place === '' ? '' : `<p><code>${escape(place)}</code></p>`}
${frame === undefined ? '' : `<pre>${markLine(frame)}</pre>`}
${stack === undefined ? '' : `<details${frame === undefined ? ' open' : ''}><summary>Stack</summary><pre>${escape(stack)}</pre></details>`}
<footer>This page reloads by itself when the file is saved.</footer>
<script>
(async function wait() {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    try {
      const answer = await fetch(location.href, { method: 'HEAD', cache: 'no-store' });
      if (answer.headers.get('${HEADER}') !== '${number}') return location.reload();
    } catch {}
  }
})();
</script>
</body>
</html>
`;
}

function markLine(frame: string): string {
  return frame
    .split('\n')
    .map((line) => (line.startsWith('>') ? `<mark>${escape(line)}</mark>` : escape(line)))
    .join('\n');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
