/** `gracefulTimeoutMs` → `--graceful-timeout`: units belong to values here. */
export function flagOf(key: string): string {
  return `--${withoutUnit(key).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** `gracefulTimeoutMs` → `VIADUCT_GRACEFUL_TIMEOUT`. */
export function variableOf(key: string): string {
  return `VIADUCT_${withoutUnit(key)
    .replace(/[A-Z]/g, (letter) => `_${letter}`)
    .toUpperCase()}`;
}

function withoutUnit(key: string): string {
  return key.replace(/(?:Ms|Bytes)$/, '');
}
