import { platform } from '#platform';
import type { BackendProbe, ProbeCheck } from '@mlxengine/core/backend';
import { detectFeatures, type HostFeatures } from './features.js';

/** Looks at what this host gives the fallback; loads no model. */
export async function probeFallback(): Promise<BackendProbe> {
  const features = await detectFeatures();
  const available = features.webAssembly && features.simd;
  const fatal = fatalChecks(features);
  if (!available) return { backend: 'fallback', available, automatic: available, checks: fatal };
  const worker = await probeWorker();
  return {
    backend: 'fallback',
    available,
    automatic: true,
    device: { kind: 'wasm', name: `WebAssembly SIMD, ${platform.name}` },
    checks: [...fatal, ...furtherChecks(features), worker],
  };
}

const newer = 'Use a newer runtime or browser.';

function fatalChecks({ webAssembly, simd }: HostFeatures): ProbeCheck[] {
  const checks = [check('webassembly', webAssembly, 'WebAssembly', newer)];
  return webAssembly ? [...checks, check('simd', simd, 'WebAssembly SIMD', newer)] : checks;
}

function furtherChecks({ relaxedSimd, sharedMemory }: HostFeatures): ProbeCheck[] {
  return [
    check('relaxed-simd', relaxedSimd, 'WebAssembly relaxed SIMD, which the experimental feature relaxedSimd needs', newer),
    check('shared-memory', sharedMemory, 'Memory shared between threads', 'In a browser, serve the page cross-origin isolated.'),
  ];
}

async function probeWorker(): Promise<ProbeCheck> {
  try {
    const channel = await platform.openWorkerChannel();
    await channel.close();
    return check('worker', true, 'A worker, so that the event loop stays free', '');
  } catch (error) {
    const detail = `A worker did not start: ${error instanceof Error ? error.message : String(error)}. The engine runs in the calling thread.`;
    return { name: 'worker', ok: false, detail, remedy: 'Let the bundler emit worker.js of @mlxengine/fallback beside the bundle.' };
  }
}

function check(name: string, ok: boolean, what: string, remedy: string): ProbeCheck {
  return ok ? { name, ok, detail: `${what}: there.` } : { name, ok, detail: `${what}: missing.`, remedy };
}
