/**
 * Skips that nobody expects, and expected ones that no longer happen, as problems.
 *
 * @param {readonly { name: string, status: string }[]} tests
 * @param {readonly { test: string, reason: string, platforms?: readonly string[] }[]} allowed `test` is a part of the test's
 *   name as the summary prints it; an entry with `platforms` counts only there
 * @param {string} platform
 * @returns {string[]}
 */
export function judgeSkips(tests, allowed, platform) {
  const skipped = tests.filter(({ status }) => status === 'skipped');
  const entries = allowed.filter(({ platforms }) => platforms === undefined || platforms.includes(platform));
  const unexpected = skipped.filter(({ name }) => !entries.some(({ test }) => name.includes(test)));
  const stale = entries.filter(({ test }) => !skipped.some(({ name }) => name.includes(test)));
  return [
    ...unexpected.map(({ name }) => `skipped unexpectedly: ${name}`),
    ...stale.map(({ test }) => `no longer skipped, take it out of .ci/allowed-skips.json: ${test}`),
  ];
}
