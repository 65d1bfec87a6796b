import { run } from '../../packages/viaduct/dist/runner/run.js';
const [module, settings] = JSON.parse(process.argv[2]);
const write = (level) => (facts, message) => process.stderr.write(JSON.stringify({ level, ...facts, msg: message }) + '\n');
const log = { info: write('info'), warn: write('warn'), error: write('error') };
process.exitCode = await run({ module, settings, log });
process.exit();
