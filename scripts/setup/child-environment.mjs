import { delimiter } from 'node:path';
import process from 'node:process';
import { toolchainBin } from './paths.mjs';

/** The environment of every child: the private tools first on PATH, no telemetry. */
export function childEnvironment() {
  const environment = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };
  const path = pathName(environment);
  environment[path] = [toolchainBin, environment[path]].filter(Boolean).join(delimiter);
  return environment;
}

/** Windows spells it `Path`, and two spellings side by side confuse its children. */
export function pathName(environment) {
  return Object.keys(environment).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
}
