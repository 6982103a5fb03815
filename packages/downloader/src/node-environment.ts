import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { cleanToken } from './hub/endpoint.js';

/** The variables of an environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Folder of the hub cache. Source: `huggingface_hub`, "Environment variables". */
export function cacheDirectoryOf(environment: Environment): string {
  const chosen = environment['HF_HUB_CACHE'] || environment['HUGGINGFACE_HUB_CACHE'];
  return expand(chosen || join(hubHome(environment), 'hub'), environment);
}

/** Whether the environment switches the network off. */
export function isOffline(environment: Environment): boolean {
  const value = environment['HF_HUB_OFFLINE'] || environment['TRANSFORMERS_OFFLINE'] || '';
  return ['1', 'ON', 'YES', 'TRUE'].includes(value.toUpperCase());
}

/** Address of the hub or of a mirror. */
export function endpointOf(environment: Environment, defaultEndpoint: string): string {
  return environment['HF_ENDPOINT'] || defaultEndpoint;
}

/** The token of the environment or of the file that `hf auth login` writes; `undefined` where there is none. */
export async function tokenOf(environment: Environment): Promise<string | undefined> {
  const given = cleanToken(environment['HF_TOKEN'] || environment['HUGGING_FACE_HUB_TOKEN'] || '');
  if (given !== undefined) return given;
  const path = expand(environment['HF_TOKEN_PATH'] || join(hubHome(environment), 'token'), environment);
  return cleanToken(await readFile(path, 'utf8').catch(() => ''));
}

function hubHome(environment: Environment): string {
  const { HF_HOME: home, XDG_CACHE_HOME: caches } = environment;
  return expand(home || join(caches || join(homedir(), '.cache'), 'huggingface'), environment);
}

/** `~` and variables, as Python's library takes them. */
function expand(path: string, environment: Environment): string {
  const named = path.replace(/\$(?:\{(\w+)\}|(\w+))/g, (match, braced?: string, plain?: string) => environment[braced ?? plain ?? ''] ?? match);
  return /^~(?=$|[\\/])/.test(named) ? join(homedir(), named.slice(1)) : named;
}
