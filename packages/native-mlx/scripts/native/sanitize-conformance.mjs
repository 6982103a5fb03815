// Runs the conformance suite on a build of this package: `node sanitize-conformance.mjs <its index.js>`.
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { testInferenceBackend } from '@mlxengine/testing';

const { createMLXBackend } = await import(pathToFileURL(process.argv[2]).href);
const tests = [];
await testInferenceBackend({ test: (name, run) => tests.push([name, run]), createBackend: () => createMLXBackend({ device: 'cpu' }) });
let failed = 0;
for (const [name, run] of tests) {
  try {
    await run();
  } catch (error) {
    failed += 1;
    console.error(`${name}: ${error instanceof Error ? error.stack : error}`);
  }
}
console.log(`conformance: ${tests.length - failed} of ${tests.length} passed`);
process.exitCode = failed > 0 ? 1 : 0;
