import { join } from 'node:path';
import type { MemoryPressureLevel } from '@mlxengine/core/backend';
import { controlGroupFolders, scarcestMemory, type SystemFigures } from './system-memory.js';

/** Tells how short of memory the system is, since it was asked before. */
export type PressureSource = () => MemoryPressureLevel;

const levels = ['none', 'warning', 'critical'] as const;

/**
 * The system's own word: Apple's pressure levels, and on Linux pressure stall information (PSI) of the machine and of the
 * control groups, together with how much is left, because a system without swap hardly stalls before it kills.
 */
export function systemPressure(figures: SystemFigures, now: () => number = () => performance.now()): PressureSource {
  if (figures.platform === 'darwin') return () => appleLevel(figures.native().pressureLevel);
  const stalls = ['/proc/pressure/memory', ...controlGroupFolders(figures).map((folder) => join(folder, 'memory.pressure'))]
    .map((path) => stallLevel(() => figures.read(path), now));
  return () => worst([leftLevel(figures), ...stalls.map((level) => level())]);
}

function appleLevel(level: number): MemoryPressureLevel {
  if (level >= 4) return 'critical';
  return level >= 2 ? 'warning' : 'none';
}

function leftLevel(figures: SystemFigures): MemoryPressureLevel {
  const memory = scarcestMemory(figures);
  if (memory === undefined) return 'none';
  const share = memory.availableBytes / memory.totalBytes;
  if (share < 0.02) return 'critical';
  return share < 0.05 ? 'warning' : 'none';
}

/**
 * The share of time in which some or all tasks waited for memory, since it was asked before. The kernel's own averages are over
 * ten seconds or more, which is late both for the beginning and for the end.
 */
function stallLevel(read: () => string | undefined, now: () => number): PressureSource {
  let before: { readonly at: number; readonly some: number; readonly full: number } | undefined;
  return () => {
    const text = read();
    if (text === undefined) return 'none';
    const latest = { at: now(), some: stalled(text, 'some'), full: stalled(text, 'full') };
    const since = before;
    before = latest;
    if (since === undefined || latest.at <= since.at) return 'none';
    const share = (kind: 'some' | 'full'): number => (latest[kind] - since[kind]) / 1000 / (latest.at - since.at);
    if (share('full') >= 0.1) return 'critical';
    return share('some') >= 0.1 ? 'warning' : 'none';
  };
}

/** In microseconds. */
function stalled(text: string, kind: 'some' | 'full'): number {
  return Number(text.match(new RegExp(`^${kind} .*total=(\\d+)`, 'm'))?.[1] ?? 0);
}

function worst(found: readonly MemoryPressureLevel[]): MemoryPressureLevel {
  return levels[Math.max(...found.map((level) => levels.indexOf(level)))] ?? 'none';
}
