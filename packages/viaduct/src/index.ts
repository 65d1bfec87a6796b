export * from '@viaduct/core';
export * from '@viaduct/node';
export { setDefaults } from './environment-defaults.js';
export { type RequestIdOptions, withRequestId } from './request-id.js';
export { type Config, defineConfig } from './settings/config-file.js';
export type { Settings } from './settings/settings.js';
