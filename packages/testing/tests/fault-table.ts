import { ConformanceError, MLXEngineError, type ErrorClass } from '@mlxengine/core';
import { expect, test } from 'vitest';
import type { SuiteRunner } from '../src/suite/run-cases.js';

/** One deliberately faulty implementation and the conformance tests that have to notice. */
export interface Fault<Implementation> {
  readonly name: string;
  readonly create: () => Implementation | Promise<Implementation>;
  readonly trips: readonly string[];
  /** The error that is the fault itself; default: none, so that only a check of the suite notices it. */
  readonly throws?: ErrorClass<MLXEngineError>;
}

/** Registers a suite for one implementation. */
export type RegisterSuite<Implementation> = (
  runner: SuiteRunner,
  create: () => Implementation | Promise<Implementation>,
) => Promise<void>;

async function collectTests<Implementation>(
  register: RegisterSuite<Implementation>,
  create: () => Implementation | Promise<Implementation>,
): Promise<ReadonlyMap<string, () => Promise<void>>> {
  const tests = new Map<string, () => Promise<void>>();
  await register({ test: (name, run) => tests.set(name, run) }, create);
  return tests;
}

/** Rejections that a fault leaves unhandled are what is tested here, so the runner must not hear of them. */
async function withoutRejectionListeners(run: () => Promise<void>): Promise<void> {
  const listeners = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', () => undefined);
  try {
    await run();
  } finally {
    process.removeAllListeners('unhandledRejection');
    for (const listener of listeners) process.on('unhandledRejection', listener);
  }
}

/** What a test rejects with. Those that measure time may let a fault pass once on a busy machine, but not three times. */
async function firstFailure(run: (() => Promise<void>) | undefined): Promise<unknown> {
  for (let attempt = 0; attempt < 3; attempt++) {
    const outcome = await (run?.() ?? Promise.resolve()).then(() => undefined, (error: unknown) => ({ error }));
    if (outcome !== undefined) return outcome.error;
  }
  return 'nothing: the fault was not noticed';
}

/** A fault is noticed by a check of the suite; a faulty implementation that merely crashes shows nothing of the suite. */
function expectNoticed(failure: unknown, test: string, throws: ErrorClass<MLXEngineError> = ConformanceError): void {
  expect(MLXEngineError.isInstance.call(throws, failure), `${test}: ${String(failure)}`).toBe(true);
}

/**
 * One test a fault: each conformance test that it names fails. And one for the table: every conformance test is
 * tripped by some fault, so that none of them is there for show.
 */
export function testFaults<Implementation>(
  register: RegisterSuite<Implementation>,
  create: () => Implementation | Promise<Implementation>,
  faults: readonly Fault<Implementation>[],
): void {
  // Those that measure time do so up to nine times over, on machines that others use too.
  test.each(faults)('$name', { timeout: 120_000 }, async ({ create: createFaulty, trips, throws }) => {
    const tests = await collectTests(register, createFaulty);
    expect([...tests.keys()]).toEqual(expect.arrayContaining([...trips]));
    for (const name of trips) {
      await withoutRejectionListeners(async () => {
        expectNoticed(await firstFailure(tests.get(name)), name, throws);
      });
    }
  });

  test('every conformance test is tripped by a fault', async () => {
    const tests = await collectTests(register, create);
    const tripped = new Set(faults.flatMap(({ trips }) => trips));
    expect([...tests.keys()].filter((name) => !tripped.has(name))).toEqual([]);
  });
}
