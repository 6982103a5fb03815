import type { DeviceInformation } from './inference-backend.js';

/** One thing that was looked at to find out whether a backend can be used. */
export interface ProbeCheck {
  /** Stable, for programs, such as `mlx-library`. */
  readonly name: string;
  readonly ok: boolean;
  /** What was found, for people. */
  readonly detail: string;
  /** What to do about it, where it is not well. */
  readonly remedy?: string;
}

/** Whether and how well a backend can be used on this machine. */
export interface BackendProbe {
  /** Name of the backend. */
  readonly backend: string;
  readonly available: boolean;
  /** Whether automatic choice may take it; `false` for MLX's CPU device, which is correct but slow. */
  readonly automatic: boolean;
  readonly device?: DeviceInformation;
  /** In the order in which they were made; those after a fatal one are missing. */
  readonly checks: readonly ProbeCheck[];
}
