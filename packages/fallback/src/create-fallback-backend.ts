import { platform } from '#platform';
import { BackendUnavailableError, type ExperimentalFeatures, resolveFeatureFlags } from '@mlxengine/core';
import type { InferenceBackend } from '@mlxengine/core/backend';
import { FallbackBackend } from './fallback-backend.js';
import { detectFeatures } from './features.js';
import { compileKernels } from './kernels/compile-kernels.js';
import type { Channel } from './runtime/channel.js';
import { openInlineChannel } from './runtime/inline-channel.js';

/** How the fallback runs. */
export interface FallbackBackendOptions {
  /** Experimental features by name; default: the environment's, else off. */
  readonly experimental?: ExperimentalFeatures;
  /** `true`: in the caller's thread, giving way to the event loop; default: in a worker, where the host gives one. */
  readonly inline?: boolean;
}

/**
 * Makes the backend that runs everywhere: WebAssembly SIMD kernels on the checkpoint's packed weights, in float32, in a
 * worker of each model's own.
 * @throws `BackendUnavailableError` where the host lacks WebAssembly SIMD, or relaxed SIMD where that is asked for;
 * `UnsupportedFeatureError` for an unknown experimental feature
 *
 * @example
 * ```ts
 * import { createFallbackBackend } from '@mlxengine/fallback';
 *
 * await using backend = await createFallbackBackend();
 * console.log(backend.name); // fallback
 * ```
 */
export async function createFallbackBackend(options: FallbackBackendOptions = {}): Promise<InferenceBackend> {
  const { relaxedSimd } = resolveFeatureFlags(options.experimental);
  const features = await detectFeatures();
  if (!features.webAssembly) throw new BackendUnavailableError('fallback.no-webassembly', {});
  if (!features.simd) throw new BackendUnavailableError('fallback.no-simd', {});
  if (relaxedSimd && !features.relaxedSimd) throw new BackendUnavailableError('fallback.no-relaxed-simd', {});
  const variant = relaxedSimd ? 'relaxed' : 'plain';
  const module = await compileKernels(variant);
  const { channel, reason } = await openFirstChannel(options.inline ?? false);
  return new FallbackBackend({ variant, module, platform, channel, inlineReason: reason });
}

async function openFirstChannel(inline: boolean): Promise<{ readonly channel: Channel; readonly reason?: string }> {
  if (inline) return { channel: await openInlineChannel(platform.giveWay), reason: 'as asked for' };
  try {
    return { channel: await platform.openWorkerChannel() };
  } catch (error) {
    const reason = `no worker: ${error instanceof Error ? error.message : String(error)}`;
    return { channel: await openInlineChannel(platform.giveWay), reason };
  }
}
