// Run in a process of its own, which a bad binary may take down: `node probe-child.js <loader> <library> <addon>`.
// Prints one line of JSON, see child-probe.ts. It imports nothing of this package, so that nothing else can fail.
import { createRequire } from 'node:module';
import process from 'node:process';
import type { NativeAddon, NativeEvent, NativeLoader } from '../abi/native-addon.js';
import type { ChildReport } from './child-probe.js';

const require: NodeJS.Require = createRequire(import.meta.url);

function report(message: ChildReport): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function probe([loader = '', library = '', addon = '']: readonly string[]): void {
  let stage: 'library' | 'addon' = 'library';
  try {
    (require(loader) as NativeLoader).openLibrary(library);
    stage = 'addon';
    const { abiVersion, mlxVersion, builtForMlxVersion, describe } = require(addon) as NativeAddon;
    describe((event: NativeEvent) => {
      const devices = event.type === 'devices' ? event.devices : [];
      const failure = event.type === 'failure' ? event.failure.text : undefined;
      report({ stage: 'done', abiVersion, mlxVersion, builtForMlxVersion, devices, ...(failure !== undefined && { failure }) });
    });
  } catch (error) {
    report({ stage, failure: error instanceof Error ? error.message : String(error) });
  }
}

probe(process.argv.slice(2));
