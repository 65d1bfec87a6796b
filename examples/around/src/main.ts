import { serve } from 'viaduct';
import { application } from './application.js';

const server = await serve(application, { port: Number(process.env['PORT'] ?? 3000) });
console.log(`Listening on ${server.url}`);
process.once('SIGINT', () => server.close());
process.once('SIGTERM', () => server.close());
