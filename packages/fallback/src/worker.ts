import { workerScope } from '#worker-scope';
import { RuntimeServer } from './runtime/runtime-server.js';

// The one module of this package that does something when it is loaded: it is a worker's whole program.
new RuntimeServer(workerScope());
