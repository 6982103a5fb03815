import type { BackendLoadOptions } from '@mlxengine/core/backend';

/** Options of loading that are the backend's business, named as it names them. */
export type PassedLoadOptions = Pick<BackendLoadOptions, 'dtype' | 'threads' | 'batching' | 'cache' | 'prefixCache' | 'profile'>;

const passed: readonly (keyof PassedLoadOptions)[] = ['dtype', 'threads', 'batching', 'cache', 'prefixCache', 'profile'];

/** Those of the options that are given; the backend checks them. */
export function passedLoadOptions(options: PassedLoadOptions): PassedLoadOptions {
  const given = passed.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]] as const]));
  return Object.fromEntries(given);
}
