/** The Node.js versions that MLXEngine runs on: the range of `engines.node`, for people. */
export const supportedNode = '^22.18 || ^24.11 || >=26';

/**
 * Whether a Node.js version (`process.version` or `26.10.0`) is inside `engines.node`. It is spelled out because this runs
 * before any dependency is installed.
 *
 * @param {string} version
 */
export function isSupportedNode(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major >= 26 || (major === 24 && minor >= 11) || (major === 22 && minor >= 18);
}
