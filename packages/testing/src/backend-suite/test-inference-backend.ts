import type { InferenceBackend } from '@mlxengine/core/backend';
import { runCases, type ConformanceCase, type SuiteRunner } from '../suite/run-cases.js';
import { BackendContext } from './backend-context.js';
import { batchCases } from './batch-cases.js';
import { cacheCases } from './cache-cases.js';
import { constraintCases } from './constraint-cases.js';
import { dtypeCases } from './dtype-cases.js';
import { embedCases } from './embed-cases.js';
import { generateCases } from './generate-cases.js';
import { loadingCases } from './loading-cases.js';
import { manifestCases } from './manifest-cases.js';
import { operationCases } from './operation-cases.js';
import { samplingCases } from './sampling-cases.js';
import { schedulingCases } from './scheduling-cases.js';
import { scoreCases } from './score-cases.js';
import { stateCases } from './state-cases.js';

/** What {@link testInferenceBackend} takes. */
export interface InferenceBackendSuite extends SuiteRunner {
  readonly createBackend: () => InferenceBackend | Promise<InferenceBackend>;
  /** Largest difference of logits in float32; default 1e-3. */
  readonly tolerance?: number;
}

const float32: string = 'supports.dtypes has no float32 to compare in';

const cases: readonly ConformanceCase<BackendContext>[] = [
  ...manifestCases,
  ...scoreCases,
  ...batchCases,
  ...operationCases,
  ...dtypeCases,
  ...generateCases,
  ...samplingCases,
  ...constraintCases,
  ...cacheCases,
  ...stateCases,
  ...embedCases,
  ...schedulingCases,
  ...loadingCases,
].map((testCase) => ({
  ...testCase,
  skip: (context) => (context.backend.supports.dtypes.includes('float32') ? testCase.skip?.(context) : float32),
}));

/**
 * Registers the conformance tests of an `InferenceBackend` with any test runner. They load tiny models that they
 * make themselves, compare with a plain reference executor, and run one after another on one backend; the last ones
 * dispose of it.
 *
 * @example
 * ```ts
 * import { createReferenceBackend, testInferenceBackend } from '@mlxengine/testing';
 * import { test } from 'node:test';
 *
 * await testInferenceBackend({ test, createBackend: createReferenceBackend });
 * ```
 */
export async function testInferenceBackend({ createBackend, tolerance = 1e-3, ...runner }: InferenceBackendSuite): Promise<void> {
  runCases(runner, cases, new BackendContext(await createBackend(), tolerance));
}
