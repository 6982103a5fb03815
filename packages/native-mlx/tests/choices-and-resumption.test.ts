import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { missing, suiteName } from './mlx.js';
import { loadNativeModel, nativeRequest, nativeTokens } from './native-model.js';

// Even tokens of a vocabulary of 96.
const even = (): Uint32Array => new Uint32Array(3).fill(0x55555555);

describe.skipIf(missing !== '')(suiteName('requests of the addon', missing), () => {
  test('a choice may come later', async () => {
    const native = await loadNativeModel();
    const request = nativeRequest({ constrained: true });
    const atOnce = await nativeTokens(native, request, () => even());
    const later = await nativeTokens(native, request, (number) => {
      void delay(2).then(() => native.answer(number(), even()));
      return null;
    });
    expect(atOnce.every((token) => token % 2 === 0)).toBe(true);
    expect(later).toEqual(atOnce);
  });

  test('an answer that does not fit is the request\'s failure, and one that nobody waits for is nothing', async () => {
    const native = await loadNativeModel();
    native.answer(12345, 7);
    const running = nativeTokens(native, nativeRequest({ constrained: true }), (number) => {
      setImmediate(() => native.answer(number(), Uint32Array.of(1)));
      return null;
    });
    await expect(running).rejects.toThrow('expected 3 words');
  });

  test.each([0, 1])('a request that was cut off goes on as if nothing had been, at temperature %i', async (temperature) => {
    const native = await loadNativeModel();
    const request = nativeRequest({ temperature, seed: 5, maxTokens: 16 });
    const whole = await nativeTokens(native, request);
    const prompt = Uint32Array.from([...request.prompt, ...whole.slice(0, 6)]);
    const rest = await nativeTokens(native, { ...request, prompt, generatedTokens: 6, maxTokens: 10 });
    expect(rest).toEqual(whole.slice(6));
  });
});
