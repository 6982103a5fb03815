import { createWriteStream } from 'node:fs';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StarterModelError } from '@mlxengine/core';
import { open } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { storageErrorOf } from './storage-error.js';

/**
 * Unpacks one file of a zip archive, through a stream.
 * @throws `StarterModelError` where the archive is damaged or has no such file, `StorageError` where the disk is full
 */
export async function unpackEntry(archive: string, entry: string, target: string, signal?: AbortSignal): Promise<void> {
  const zip = await openArchive(archive);
  try {
    const content = await openEntry(zip, archive, entry);
    await pipeline(content, createWriteStream(target), { ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    if (StarterModelError.isInstance(error)) throw error;
    throw storageErrorOf(error, target) ?? badArchive(archive, error);
  } finally {
    zip.close();
  }
}

function openArchive(archive: string): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    open(archive, { lazyEntries: true, autoClose: false }, (error, zip) => {
      if (error === null) resolve(zip);
      else reject(badArchive(archive, error));
    });
  });
}

function openEntry(zip: ZipFile, archive: string, wanted: string): Promise<Readable> {
  return new Promise((resolve, reject) => {
    zip.on('entry', (entry: Entry) => {
      if (entry.fileName !== wanted) {
        zip.readEntry();
        return;
      }
      zip.openReadStream(entry, (error, stream) => {
        if (error === null) resolve(stream);
        else reject(error);
      });
    });
    zip.once('error', reject);
    zip.once('end', () => { reject(new StarterModelError('starter.no-entry', { file: basename(archive), entry: wanted })); });
    zip.readEntry();
  });
}

function badArchive(archive: string, cause: unknown): StarterModelError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new StarterModelError('starter.bad-archive', { file: basename(archive), reason }, { cause });
}
