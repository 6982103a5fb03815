// The exact versions that the set-up brings where the machine has none that will do.

/** Long-term support release that the whole tool chain runs on. */
export const node = '26.10.0';

/** Same as `packageManager` in package.json; a test compares them. */
export const pnpm = '12.21.0';

/** From PyPI. A formatter's output changes with its major version, so another major counts as absent. */
export const pythonTools = [
  { command: 'cmake', version: '4.4.4', accepts: (major, minor) => major > 3 || (major === 3 && minor >= 25) },
  { command: 'ninja', version: '1.13.2', accepts: () => true },
  { command: 'clang-format', version: '23.1.5', accepts: (major) => major === 23 },
];
