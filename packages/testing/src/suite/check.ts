import { AbortedError, ConformanceError, MLXEngineError, type ErrorClass } from '@mlxengine/core';

/** Assertions of one conformance test; what fails is a `ConformanceError` that names the test. */
export class Check {
  readonly #test: string;

  constructor(test: string) {
    this.#test = test;
  }

  fail(detail: string, cause?: unknown): never {
    throw new ConformanceError('conformance.failed', { test: this.#test, detail }, cause === undefined ? {} : { cause });
  }

  ok(condition: boolean, detail: string): void {
    if (!condition) this.fail(detail);
  }

  equal(actual: unknown, expected: unknown, what: string): void {
    const [found, wanted] = [describe(actual), describe(expected)];
    if (found !== wanted) this.fail(`${what}: expected ${shorten(wanted, found)}, found ${shorten(found, wanted)}`);
  }

  defined<Value>(value: Value | undefined, what: string): Value {
    if (value === undefined) this.fail(`${what} is missing`);
    return value;
  }

  /** The error that a promise rejects with, which has to be one of a class of this project. */
  async rejects(promise: Promise<unknown>, errorClass: ErrorClass<MLXEngineError>, what: string): Promise<MLXEngineError> {
    const outcome = await promise.then((value) => ({ value }), (error: unknown) => ({ error }));
    if ('value' in outcome) this.fail(`${what}: expected ${errorClass.brand}, found no error`);
    return this.isError(outcome.error, errorClass, what);
  }

  /** The error that a call throws at once. */
  throws(call: () => unknown, errorClass: ErrorClass<MLXEngineError>, what: string): MLXEngineError {
    try {
      call();
    } catch (error) {
      return this.isError(error, errorClass, what);
    }
    return this.fail(`${what}: expected ${errorClass.brand} at the call, found no error`);
  }

  isError(error: unknown, errorClass: ErrorClass<MLXEngineError>, what: string): MLXEngineError {
    if (!MLXEngineError.isInstance.call(errorClass, error)) {
      this.fail(`${what}: expected ${errorClass.brand}, found ${String(error)}`, error);
    }
    return error as MLXEngineError;
  }

  /** The partial result that an abort has to carry. */
  async aborts(promise: Promise<unknown>, what: string): Promise<AbortedError> {
    return (await this.rejects(promise, AbortedError, what)) as AbortedError;
  }

  /**
   * For what is measured in time, on machines that others use too.
   * @param measure - gives what is wrong, or `undefined`; fails where it is wrong three times in a row
   */
  async steadily(measure: () => Promise<string | undefined>): Promise<void> {
    let wrong: string | undefined;
    for (let attempt = 0; attempt < 3; attempt++) {
      wrong = await measure();
      if (wrong === undefined) return;
    }
    this.fail(wrong ?? '');
  }
}

function describe(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (ArrayBuffer.isView(inner) ? [...(inner as Uint32Array)] : inner)) ?? String(value);
}

/** A window around the first difference of long texts. */
function shorten(text: string, other: string): string {
  if (text.length <= 200) return text;
  let first = 0;
  while (first < text.length && text[first] === other[first]) first += 1;
  const start = Math.max(0, first - 60);
  return `${start > 0 ? '…' : ''}${text.slice(start, start + 160)}…`;
}
