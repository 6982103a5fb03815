import type { BackendProbe } from '@mlxengine/core/backend';

/** Which backend to use: the best that this machine has, or one by name. */
export type BackendChoice = 'auto' | 'mlx' | 'fallback';

/** Which backend was taken, and why. */
export interface BackendSelection {
  readonly requested: BackendChoice | 'custom';
  /** Name of the backend that was taken. */
  readonly backend: string;
  /** One sentence for people. */
  readonly reason: string;
  /** Everything that was probed, in order of preference; checks carry what to do about each backend that was not taken. */
  readonly probes: readonly BackendProbe[];
}
