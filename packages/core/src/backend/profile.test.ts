import { expect, test } from 'vitest';
import { formatProfile } from './format-profile.js';
import type { RequestProfile } from './profile.js';
import { toChromeTrace } from './to-chrome-trace.js';

const profile: RequestProfile = {
  steps: [
    { phase: 'prefill', tokens: 7, startMs: 0, durationMs: 4 },
    ...Array.from({ length: 20 }, (_, index) => ({ phase: 'decode' as const, tokens: 1, startMs: 4 + index, durationMs: 1 })),
  ],
  kinds: [
    { kind: 'rmsNorm', phase: 'prefill', calls: 2, buildMs: 0.5, computeMs: 0.5 },
    { kind: 'linear', phase: 'prefill', calls: 2, buildMs: 1, computeMs: 2 },
    { kind: '(sampling)', phase: 'decode', calls: 20, buildMs: 1, computeMs: 1 },
  ],
  operations: {
    names: ['rmsNorm', 'linear'], kinds: Uint8Array.of(0, 1), startMs: Float64Array.of(0, 1), buildMs: Float32Array.of(0.25, 0.5), computeMs: Float32Array.of(0.75, 1.5), complete: true,
  },
};

test('a profile is tables of steps and of kinds, the longest first', () => {
  expect(formatProfile(profile).split('\n')).toEqual(expect.arrayContaining([
    'step    phase  tokens  start ms         ms',
    '0     prefill       7      0.00       4.00',
    '+9       more                    1.00 each',
    'prefill  calls  build ms  compute ms   share',
    'linear       2      1.00        2.00  75.0 %',
    'decode      calls  build ms  compute ms    share',
    '(sampling)     20      1.00        1.00  100.0 %',
  ]));
  const text = formatProfile(profile);
  expect(text.indexOf('linear')).toBeLessThan(text.indexOf('rmsNorm'));
});

test('a trace has a span a step and two an operation, in microseconds', () => {
  const { traceEvents } = toChromeTrace(profile);
  expect(traceEvents.filter(({ ph }) => ph === 'M')).toHaveLength(3);
  const spans = traceEvents.filter(({ ph }) => ph === 'X');
  expect(spans).toHaveLength(21 + 4);
  expect(spans[0]).toEqual({ name: 'prefill', ph: 'X', pid: 1, tid: 1, ts: 0, dur: 4000, args: { tokens: 7 } });
  expect(spans.at(-1)).toEqual({ name: 'linear', ph: 'X', pid: 1, tid: 3, ts: 1500, dur: 1500 });
});
