// Run with --insecure-http-parser: what does `serve` say to that?
import { serve } from 'viaduct';

const server = await serve(() => new Response('x'), { port: 0, host: '127.0.0.1' });
await server.close();
