import { defineConfig } from 'vite';

// eslint-disable-next-line no-restricted-syntax -- Vite takes the default export.
export default defineConfig({
  // Relative addresses, so that the page works in any folder of a server.
  base: './',
  build: { target: 'es2023', sourcemap: true },
  worker: { format: 'es' },
});
