import { Check } from './check.js';

/** What a suite takes of a test runner: `test` of vitest, node:test, jest, mocha (`it`), … */
export interface SuiteRunner {
  /** Registers one test. */
  readonly test: (name: string, run: () => Promise<void>) => unknown;
  /** Registers a test that what is tested does not claim to pass, and why; default: it is left out. */
  readonly skip?: (name: string, reason: string) => unknown;
}

/** One conformance test over a context that its suite shares. */
export interface ConformanceCase<Context> {
  readonly name: string;
  /** Why the test does not apply; follows what is tested says it `supports`. */
  readonly skip?: (context: Context) => string | undefined;
  readonly run: (context: Context, check: Check) => Promise<void>;
}

/** Registers the cases with a runner, in order. */
export function runCases<Context>(runner: SuiteRunner, cases: readonly ConformanceCase<Context>[], context: Context): void {
  for (const { name, skip, run } of cases) {
    const reason = skip?.(context);
    if (reason === undefined) runner.test(name, () => run(context, new Check(name)));
    else runner.skip?.(name, reason);
  }
}
