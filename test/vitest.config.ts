import { defineConfig } from 'vitest/config';

/** Tests that wait for other processes most of the time: two files at a time take half as long. */
const PROCESSES = ['command/**/*.test.ts', 'runner/**/*.test.ts'];

export default defineConfig({
  test: {
    exclude: ['**/node_modules/**'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'processes',
          include: PROCESSES,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'others',
          include: ['**/*.test.ts'],
          exclude: ['**/node_modules/**', ...PROCESSES],
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
