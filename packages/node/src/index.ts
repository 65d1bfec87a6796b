export { fromNode, type FromNodeOptions, type NodeHandler } from './from-node.js';
export type { AllowedOrigins } from './origin.js';
export { serve, type ServeOptions, type Server } from './serve.js';
export { type RequestListener, toNode, type ToNodeOptions } from './to-node.js';
export type { ProxyTrust, TrustFunction } from './trust-proxy.js';
