import { workerScope } from './platform/worker-scope-node.js';
import { RuntimeServer } from './runtime/runtime-server.js';

// A worker's whole program: with worker-browser.ts the one module of this package that does something when it is loaded.
new RuntimeServer(workerScope());
