export { createFallbackBackend, type FallbackBackendOptions } from './create-fallback-backend.js';
export { probeFallback } from './probe-fallback.js';
