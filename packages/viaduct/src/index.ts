export * from '@viaduct/core';
export * from '@viaduct/node';
