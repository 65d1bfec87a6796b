export * from '@viaduct/core';
export * from '@viaduct/node';
export { type RequestIdOptions, withRequestId } from './request-id.js';
export { type Config, defineConfig } from './settings/config-file.js';
export type { Settings } from './settings/settings.js';
