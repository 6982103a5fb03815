export { createMLXBackend, type MLXBackendOptions } from './create-mlx-backend.js';
export { probeMLX } from './probe/probe-mlx.js';
