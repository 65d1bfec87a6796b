import { createDispatcher } from 'viaduct';
import { expect, it, onTestFinished } from 'vitest';
import { runProgram } from './program.js';

it.each(['uncaughtException', 'unhandledRejection'])(
  'I5 an application that listens to %s of the process while it starts is named in a warning',
  async (event) => {
    const warnings: Error[] = [];
    const listener = (): void => undefined;
    const collectWarning = (warning: Error): void => void warnings.push(warning);
    process.on('warning', collectWarning);
    onTestFinished(() => {
      process.off('warning', collectWarning);
      process.off(event, listener);
    });
    const greedy = {
      name: 'greedy',
      fetch: () => new Response(),
      async start() {
        await Promise.resolve();
        process.on(event, listener);
      },
    };
    const modest = { fetch: () => new Response(), start: () => undefined };
    const table = createDispatcher({ '/inner': createDispatcher({ '/greedy': greedy, '/modest': modest }) });
    await table.start();
    await new Promise(setImmediate);
    const own = warnings.filter(
      (warning) => 'code' in warning && warning.code === 'VIADUCT_W_PROCESS_LISTENER',
    );
    expect(own).toHaveLength(1);
    expect(own[0]?.message).toContain(
      `application "greedy", mounted at "/inner" "/greedy" began to listen to ${event}`,
    );
    await table.stop();
  },
);

it.each([
  ['calls process.exit', 'process.exit(0)', 0],
  ['waits for nothing that could happen', 'return new Promise(() => undefined)', 13],
])(
  'I5, F14 an application that %s while it starts is named when the process ends',
  async (_name, line, code) => {
    const result = await runProgram(`
    import { createDispatcher, serve } from 'viaduct';
    const application = { fetch: () => new Response(), start() { ${line}; } };
    await serve(createDispatcher({ '/quits': application }, { startTimeoutMs: Infinity }), { port: 0 });
  `);
    expect(result.code).toBe(code);
    expect(result.errors).toContain(
      'the process ended while the application mounted at "/quits" was starting',
    );
  },
);
