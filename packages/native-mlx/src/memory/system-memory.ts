import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { NativeAddon } from '../abi/native-addon.js';

/** Where the system's figures come from; tests have their own. */
export interface SystemFigures {
  readonly platform: NodeJS.Platform;
  /** Text of a small file of the system's, `undefined` where there is none. */
  read(path: string): string | undefined;
  native: NativeAddon['systemMemory'];
}

/** Memory that can be had, and how much there is in all, in bytes. */
export interface SystemMemory {
  readonly availableBytes: number;
  readonly totalBytes: number;
}

/** The figures of this machine. */
export function systemFigures(addon: Pick<NativeAddon, 'systemMemory'>): SystemFigures {
  return { platform: process.platform, read, native: () => addon.systemMemory() };
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * What the scarcest of this process's bounds leaves: the machine and each control group that it is in. Page cache counts as free,
 * since the kernel gives it away first.
 */
export function scarcestMemory(figures: SystemFigures): SystemMemory | undefined {
  const bounds = figures.platform === 'linux' ? [machine(figures), ...controlGroups(figures)] : [];
  const known = bounds.filter((bound) => bound !== undefined);
  if (known.length === 0) return undefined;
  return known.reduce((scarcest, bound) => (bound.availableBytes < scarcest.availableBytes ? bound : scarcest));
}

function machine({ read }: SystemFigures): SystemMemory | undefined {
  const text = read('/proc/meminfo');
  const [availableBytes, totalBytes] = [kilobytes(text, 'MemAvailable'), kilobytes(text, 'MemTotal')];
  return availableBytes === undefined || totalBytes === undefined ? undefined : { availableBytes, totalBytes };
}

function kilobytes(text: string | undefined, key: string): number | undefined {
  const found = text?.match(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm'))?.[1];
  return found === undefined ? undefined : Number(found) * 1024;
}

/** Folders of the control groups (version 2) that this process is in, from its own up; a container sees its own as the root. */
export function controlGroupFolders({ read }: SystemFigures): readonly string[] {
  const path = read('/proc/self/cgroup')?.match(/^0::(\/.*)$/m)?.[1];
  if (path === undefined) return [];
  const names = path.split('/').filter(Boolean);
  return Array.from({ length: names.length + 1 }, (_, index) => join('/sys/fs/cgroup', ...names.slice(0, names.length - index)));
}

function controlGroups(figures: SystemFigures): readonly (SystemMemory | undefined)[] {
  const first = { limit: 'memory.limit_in_bytes', used: 'memory.usage_in_bytes', folder: '/sys/fs/cgroup/memory' };
  const second = controlGroupFolders(figures).map((folder) => ({ limit: 'memory.max', used: 'memory.current', folder }));
  return [first, ...second].map(({ folder, limit, used }) => bound(figures, folder, [limit, used]));
}

function bound({ read }: SystemFigures, folder: string, [limit, used]: readonly [string, string]): SystemMemory | undefined {
  // "max" and version 1's huge number are no limits.
  const totalBytes = Number(read(join(folder, limit)));
  const usedBytes = Number(read(join(folder, used)));
  if (!(totalBytes > 0 && totalBytes < 2 ** 50) || Number.isNaN(usedBytes)) return undefined;
  const statistics = read(join(folder, 'memory.stat')) ?? '';
  const reclaimable = [...statistics.matchAll(/^(?:inactive_file|active_file|slab_reclaimable) (\d+)$/gm)].reduce((sum, [, bytes]) => sum + Number(bytes), 0);
  return { availableBytes: Math.max(0, totalBytes - usedBytes + reclaimable), totalBytes };
}
