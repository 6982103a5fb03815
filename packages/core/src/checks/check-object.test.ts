import { describe, expect, it } from 'vitest';
import { batchingLimits } from '../backend/batching.js';
import { cacheFormat } from '../backend/cache-format.js';
import { checkCacheOptions, checkCacheRequest, checkLoadCache, checkSaveCache } from '../backend/check-cache.js';
import { validateEmbedRequest, validateScoreBatchRequest, validateScoreRequest } from '../backend/validate-token-request.js';

// What a caller without types may give.
const checks: { readonly [name: string]: (value: never) => unknown } = {
  batchingLimits, cacheFormat, checkCacheOptions,
  checkCacheRequest: (value) => checkCacheRequest(value, 4),
  checkLoadCache: (value) => checkLoadCache(value, 8),
  checkSaveCache: (value) => checkSaveCache(value, 8),
  validateScoreRequest: (value) => validateScoreRequest(value, 8, 16),
  validateScoreBatchRequest: (value) => validateScoreBatchRequest(value, 8, 16),
  validateEmbedRequest: (value) => validateEmbedRequest(value, 8, 16),
};

describe.each(Object.entries(checks))('%s', (_, check) => {
  it.each([null, 5, 'x'])('refuses %o by a typed error', (value) => {
    expect(() => check(value as never)).toThrow(expect.objectContaining({ code: 'argument.wrong-type' }) as Error);
  });
});

describe('lists in requests', () => {
  it('are refused by a typed error where they are none', () => {
    const wrong = expect.objectContaining({ code: 'argument.wrong-type' }) as Error;
    expect(() => validateScoreBatchRequest({ sequences: null } as never, 8, 16)).toThrow(wrong);
    expect(() => validateScoreBatchRequest({ sequences: [[1, 2]], adapters: null } as never, 8, 16)).toThrow(wrong);
    expect(() => validateEmbedRequest({ sequences: [[1, 2]], tokenTypes: null } as never, 8, 16)).toThrow(wrong);
  });
});
