import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { NativeDevice } from '../abi/native-addon.js';
import type { AddonFiles } from '../loading/find-addon.js';
import type { Host } from '../loading/host.js';

/** What the child prints: how far it came, and what it found. */
export type ChildReport =
  | { readonly stage: 'library' | 'addon'; readonly failure: string }
  | {
      readonly stage: 'done';
      readonly abiVersion: number;
      readonly mlxVersion: string;
      readonly builtForMlxVersion: string;
      readonly devices: readonly NativeDevice[];
      readonly failure?: string;
    };

/** What became of the child: its report, or how it ended without one. */
export type ChildResult = { readonly report: ChildReport } | { readonly crash: string };

/** Loads the binaries in a child process and computes a little on each device; never rejects. */
export function probeInChild(host: Host, files: AddonFiles, library: string): Promise<ChildResult> {
  const script = join(host.root, 'dist', 'probe-child.js');
  const { promise, resolve } = Promise.withResolvers<ChildResult>();
  execFile(
    host.nodePath,
    [script, files.loader, library, files.addon],
    { timeout: host.probeTimeoutMs, killSignal: 'SIGKILL', encoding: 'utf8', env: { ...host.environment, NODE_OPTIONS: '' } },
    (error, stdout, stderr) => {
      const report = readReport(stdout);
      // A report counts only from a child that ended well: one that crashes on its way out would do so here too.
      if (report !== undefined && error === null) return resolve({ report });
      resolve({ crash: describeEnd(error, stderr, host.probeTimeoutMs) });
    },
  );
  return promise;
}

function readReport(stdout: string): ChildReport | undefined {
  try {
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as ChildReport;
  } catch {
    return undefined;
  }
}

type ChildError = Error & { readonly killed?: boolean; readonly signal?: string | null; readonly code?: string | number | null };

function describeEnd(error: ChildError | null, stderr: string, timeoutMs: number): string {
  const [lastWords = ''] = stderr.trim().split('\n').slice(-1);
  const words = lastWords === '' ? '' : `: ${lastWords}`;
  if (error?.killed === true) return `did not answer within ${timeoutMs / 1000} s`;
  if (error?.signal) return `was ended by ${error.signal}${words}`;
  return error === null ? `printed nothing${words}` : `ended with ${error.code}${words}`;
}
