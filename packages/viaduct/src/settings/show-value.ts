import type { Option } from './option.js';

/** A value as one would write it: what `--help`, `viaduct config` and the table of settings print. */
export function showValue({ show = String }: Option<unknown>, value: unknown): string {
  return show(value);
}
