import { ViaductError } from './errors.js';

/** What is thrown for a `Response` whose body somebody has read, locked or sent before. */
export function bodyUsed(): ViaductError {
  return new ViaductError(
    'VIADUCT_E_BODY_USED',
    'the body of this Response was read or sent before. Make a new Response for each request.',
  );
}
