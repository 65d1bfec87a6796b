export { fromNode, type FromNodeOptions, type NodeHandler } from './from-node.js';
export type { AllowedOrigins } from './origin.js';
export type { EndpointOptions } from './endpoint.js';
export { type CloseOptions, type CloseReport, serve, type ServeOptions, type Server } from './serve.js';
export { type RequestListener, toNode, type ToNodeOptions } from './to-node.js';
export type { ProxyTrust, TrustFunction } from './trust-proxy.js';
