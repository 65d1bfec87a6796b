import { LightResponse } from 'viaduct';
import { expect, it } from 'vitest';
import { knownBody } from '../../packages/core/dist/known-body.js';

it('knows the body of a native Response also when the first one it saw was a light one that was read', () => {
  const light = new LightResponse('light');
  expect(light.body).not.toBeNull();
  knownBody(light);
  const isShown = Object.getOwnPropertySymbols(new Response()).length > 0;
  expect(knownBody(new Response('native'))).toBe(isShown ? 'native' : undefined);
});
