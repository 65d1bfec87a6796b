export * from '@viaduct/core';
export * from '@viaduct/node';
export { type RequestIdOptions, withRequestId } from './request-id.js';
