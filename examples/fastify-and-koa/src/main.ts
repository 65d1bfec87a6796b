import { serve } from 'viaduct';
import { application, dispatcher } from './application.js';
import { mountTable } from './mount-table.js';

const port = Number(process.env['PORT'] ?? 3000);

try {
  const server = await serve(application, { port });
  console.log(`
Under the Arches is open: ${server.url}

${mountTable(dispatcher.mounts)}

Sign in as ada (password clay), or as the keeper: sam (password kiln).
Stop with Ctrl+C.
`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      console.log('Closing, when the requests under way have been answered.');
      void server.close();
    });
  }
} catch (error) {
  if (!isPortInUse(error)) throw error;
  console.error(`Port ${port} is in use. Choose another one: PORT=${port + 1} npm start`);
  process.exitCode = 1;
}

function isPortInUse(error: unknown): boolean {
  const { code, cause } = error as NodeJS.ErrnoException;
  return code === 'EADDRINUSE' || (cause as NodeJS.ErrnoException | undefined)?.code === 'EADDRINUSE';
}
