import type { BackendProbe } from '@mlxengine/core/backend';
import type { BackendCandidate } from './platform.js';

/** Probes a backend; a probe that fails itself is a finding about that backend, and no reason for another not to be used. */
export async function probeCandidate({ name, probe }: BackendCandidate): Promise<BackendProbe> {
  try {
    return await probe();
  } catch (error) {
    const check = { name: 'probe', ok: false, detail: error instanceof Error ? error.message : String(error) };
    return { backend: name, available: false, automatic: false, checks: [check] };
  }
}
