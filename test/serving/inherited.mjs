// Serves on descriptor 3, as a program does that systemd starts for a socket.
import { lint, serve } from 'viaduct';

const application = lint({ fetch: () => new Response(`process ${process.pid}`) });
const { url, port } = await serve(application, { fd: 3 });
console.log(JSON.stringify({ url, port }));
