import { BackendError } from '@mlxengine/core';

/**
 * Forbids the tokens whose bit is 0, in place.
 * @throws `BackendError` where no token is allowed
 */
export function applyMask(logits: Float32Array, mask: Uint32Array): void {
  let allowed = 0;
  for (let token = 0; token < logits.length; token++) {
    if ((((mask[token >>> 5] ?? 0) >>> (token & 31)) & 1) === 1) allowed++;
    else logits[token] = -Infinity;
  }
  if (allowed === 0) throw new BackendError('backend.failed', { backend: 'fallback', reason: 'the constraint allows no token' });
}
