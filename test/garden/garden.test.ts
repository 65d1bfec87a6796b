import { expect, it } from 'vitest';
import { page } from './page.js';
import { type Row, visit } from './visit.js';

// `npm run garden` asks the routers, prints the page, and writes it.
const rows: readonly Row[] = await visit();
const text = page(rows);
if (process.env.npm_lifecycle_event === 'garden') console.log(text);

it('docs/router-garden.md is what the routers answer today: npm run garden writes it', async () => {
  await expect(text).toMatchFileSnapshot('../../docs/router-garden.md');
});

it('no target that leads any router below /admin gets past the guard of a dispatcher', () => {
  const passed = rows.filter(({ viaduct, readings }) => {
    return viaduct === 'passed' && Object.values(readings).some((reading) => reading.startsWith('/admin'));
  });
  expect(passed.map(({ target }) => target)).toEqual([]);
});
