import { defineConfig } from 'vitest/config';

/** They pack the packages where they stand, and would meet there. */
const PACKING = ['packages/pack.test.ts', 'readme/getting-started.test.ts'];

export default defineConfig({
  test: {
    testTimeout: 20_000,
    hookTimeout: 20_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'tests',
          include: ['**/*.test.ts'],
          exclude: ['**/node_modules/**', ...PACKING],
          // Left to itself vitest runs one file at a time where there are two cores; most tests wait.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { name: 'packing', include: PACKING, maxWorkers: 1, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
