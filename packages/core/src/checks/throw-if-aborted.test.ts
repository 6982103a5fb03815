import { expect, test } from 'vitest';
import { AbortedError } from '../errors/aborted-error.js';
import { throwIfAborted } from './throw-if-aborted.js';

test('passes without a signal and before it fires', () => {
  expect(() => throwIfAborted(undefined, 'Reading')).not.toThrow();
  expect(() => throwIfAborted(new AbortController().signal, 'Reading')).not.toThrow();
});

test('throws with the reason once the signal fired', () => {
  const reason = new Error('user left');
  expect(() => throwIfAborted(AbortSignal.abort(reason), 'Reading the file')).toThrow(AbortedError);
  expect(() => throwIfAborted(AbortSignal.abort(reason), 'Reading the file')).toThrow(
    expect.objectContaining({ message: 'Reading the file was aborted by its signal.', cause: reason, code: 'aborted.operation' }),
  );
});
