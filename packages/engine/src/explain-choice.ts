import type { BackendProbe } from '@mlxengine/core/backend';

/** What automatic choice takes, and why. */
export interface BackendExplanation {
  /** Name of the backend; absent where none works. */
  readonly backend?: string;
  /** One sentence for people. */
  readonly reason: string;
}

/** Explains which of the probed backends automatic choice takes: the first that works well here. */
export function explainChoice(probes: readonly BackendProbe[]): BackendExplanation {
  const chosen = probes.find(({ available, automatic }) => available && automatic);
  const passedOver = probes.slice(0, chosen === undefined ? undefined : probes.indexOf(chosen));
  const reasons = passedOver.map((probe) => `${probe.backend} was not taken: ${whyNot(probe)}`);
  if (chosen === undefined) return { reason: ['no backend works here', ...reasons].join('; ') };
  const device = chosen.device === undefined ? '' : ` (${chosen.device.name})`;
  const best = `${chosen.backend} is the best that works here${device}`;
  return { backend: chosen.backend, reason: [best, ...reasons].join('; ') };
}

/** Why a probe did not lead to its backend, in a few words. */
export function whyNot(probe: BackendProbe): string {
  const failed = probe.checks.find((check) => !check.ok);
  if (!probe.available) return failed?.detail ?? 'it is not available';
  return `it would run on ${probe.device?.name ?? 'a slow device'}, which is only used when asked for`;
}
