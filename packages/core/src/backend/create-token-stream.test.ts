import { expect, test, vi } from 'vitest';
import { AbortedError } from '../errors/aborted-error.js';
import { BackendError } from '../errors/backend-error.js';
import { UnloadedError } from '../errors/unloaded-error.js';
import { createTokenStream, type TokenStreamOptions } from './create-token-stream.js';
import type { TokenBatch } from './token-request.js';

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
const tokens = (...ids: number[]): TokenBatch => ({ type: 'tokens', tokens: Uint32Array.from(ids) });
const progress = (processedTokens: number): TokenBatch => ({ type: 'prefill-progress', processedTokens, totalTokens: 9, cachedTokens: 0 });
const start = (produce: TokenStreamOptions['produce'], signal?: AbortSignal): AsyncIterableIterator<TokenBatch> =>
  createTokenStream({ backend: 'tiny', produce, signal });

test('starts at the call and keeps what nobody has read yet', async () => {
  const produce = vi.fn<TokenStreamOptions['produce']>(async (emit) => [progress(1), progress(2), tokens(1), tokens(2)].forEach(emit));
  const stream = start(produce);
  expect(produce).toHaveBeenCalledOnce();
  await turn();
  const batches: TokenBatch[] = [];
  for await (const batch of stream) batches.push(batch);
  expect(batches).toEqual([progress(2), tokens(1), tokens(2)]);
});

test('leaving the loop tells the work to stop', async () => {
  let stopped: AbortSignal | undefined;
  const stream = start(async (emit, signal) => {
    stopped = signal;
    while (!signal.aborted) {
      emit(tokens(1));
      await turn();
    }
    throw new Error('nobody hears this');
  });
  for await (const batch of stream) if (batch.type === 'tokens') break;
  expect(stopped?.aborted).toBe(true);
  expect(await stream.next()).toEqual({ done: true, value: undefined });
  await turn();
});

test('a signal rejects at once, whatever the work does', async () => {
  const controller = new AbortController();
  const stream = start(() => new Promise(() => undefined), controller.signal);
  const waiting = stream.next();
  controller.abort('enough');
  await expect(waiting).rejects.toThrow(AbortedError);
  const produce = vi.fn();
  await expect(start(produce, AbortSignal.abort('enough')).next()).rejects.toMatchObject({ cause: 'enough' });
  expect(produce).not.toHaveBeenCalled();
});

test('errors are typed, and silent where nobody reads', async () => {
  const foreign = new RangeError('no good');
  await expect(start(() => Promise.reject(foreign)).next()).rejects.toMatchObject({ code: 'backend.failed', cause: foreign });
  await expect(start(() => Promise.reject(foreign)).next()).rejects.toThrow(BackendError);
  const own = new UnloadedError('unloaded.engine', { model: 'tiny' });
  await expect(start(() => Promise.reject(own)).next()).rejects.toBe(own);
  start(() => Promise.reject(foreign));
  await turn();
});
