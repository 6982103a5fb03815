import { BackendError, BackendUnavailableError, UnsupportedFeatureError } from '@mlxengine/core';
import type { BackendProbe, InferenceBackend } from '@mlxengine/core/backend';
import type { BackendChoice, BackendSelection } from './backend-selection.js';
import { explainChoice, whyNot } from './explain-choice.js';
import type { BackendCandidate, CreateBackendOptions, EnginePlatform } from './platform.js';
import { probeCandidate } from './probe-candidate.js';
import { cannotIsolate, requestedFeatures, unsupportedFeatures } from './requested-features.js';

/** A backend that is ready, and why it was taken. */
export interface SelectedBackend {
  readonly backend: InferenceBackend;
  readonly selection: BackendSelection;
}

/** Takes the backend that was asked for, or the best that works here. */
export async function selectBackend(
  platform: EnginePlatform,
  requested: BackendChoice,
  options: CreateBackendOptions,
): Promise<SelectedBackend> {
  return requested === 'auto' ? selectBest(platform, options) : selectNamed(platform, requested, options);
}

async function selectNamed(
  platform: EnginePlatform,
  requested: Exclude<BackendChoice, 'auto'>,
  options: CreateBackendOptions,
): Promise<SelectedBackend> {
  const candidate = platform.candidates.find(({ name }) => name === requested);
  if (candidate === undefined) {
    throw new UnsupportedFeatureError('feature.unsupported', {
      component: 'This platform',
      feature: `the backend "${requested}"`,
      remedy: `Use one of: auto, ${platform.candidates.map(({ name }) => name).join(', ')}.`,
    });
  }
  const refusal = refusalOf(candidate, options);
  if (refusal !== undefined) throw refusal;
  const probe = await probeCandidate(candidate);
  if (!probe.available) throw unavailable(probe);
  const backend = await candidate.create(options);
  const reason = `${backend.name} was asked for and works here on ${backend.device.name}`;
  return { backend, selection: { requested, backend: backend.name, reason, probes: [probe] } };
}

async function selectBest(platform: EnginePlatform, options: CreateBackendOptions): Promise<SelectedBackend> {
  const probes: BackendProbe[] = [];
  for (const candidate of platform.candidates) {
    const { probe, backend } = await tryCandidate(candidate, options);
    probes.push(probe);
    if (backend === undefined) continue;
    const selection = { requested: 'auto', backend: backend.name, reason: explainChoice(probes).reason, probes } as const;
    return { backend, selection };
  }
  throw unavailable(probes.at(-1) ?? { backend: 'auto', available: false, automatic: false, checks: [] });
}

/** A candidate that passes its probe can still fail to start; then that is one more check, and the next one's turn. */
async function tryCandidate(
  candidate: BackendCandidate,
  options: CreateBackendOptions,
): Promise<{ probe: BackendProbe; backend?: InferenceBackend }> {
  const probe = await probeCandidate(candidate);
  if (!probe.available || !probe.automatic) return { probe };
  const refusal = refusalOf(candidate, options);
  if (refusal !== undefined) return { probe: failed(probe, 'options', refusal.message) };
  try {
    return { probe, backend: await candidate.create(options) };
  } catch (error) {
    // A feature that was asked for is refused, not worked around by another backend.
    if (!BackendUnavailableError.isInstance(error) && !BackendError.isInstance(error)) throw error;
    return { probe: failed(probe, 'start', (error as Error).message) };
  }
}

/** Why a candidate cannot do what is asked for; `undefined` where it can. */
function refusalOf({ name, ...candidate }: BackendCandidate, { experimental, isolate = false }: CreateBackendOptions): UnsupportedFeatureError | undefined {
  const missing = requestedFeatures(experimental).filter((feature) => !candidate.experimental.includes(feature));
  if (missing.length > 0) return unsupportedFeatures(name, missing);
  return isolate && !candidate.isolates ? cannotIsolate(name) : undefined;
}

function failed(probe: BackendProbe, name: string, detail: string): BackendProbe {
  return { ...probe, available: false, checks: [...probe.checks, { name, ok: false, detail }] };
}

function unavailable(probe: BackendProbe): BackendUnavailableError {
  const failed = probe.checks.find((check) => !check.ok);
  return new BackendUnavailableError('unavailable.backend', {
    backend: probe.backend,
    reason: whyNot(probe),
    remedy: failed?.remedy ?? 'See "mlxengine doctor".',
  });
}
