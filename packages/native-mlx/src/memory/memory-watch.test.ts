import type { MemoryPressure, MemoryPressureLevel } from '@mlxengine/core/backend';
import { afterEach, expect, test, vi } from 'vitest';
import { MemoryWatch } from './memory-watch.js';

afterEach(() => void vi.useRealTimers());

function watched(): { readonly watch: MemoryWatch; readonly heard: MemoryPressure[]; readonly drops: () => number; look(level: MemoryPressureLevel): void } {
  let level: MemoryPressureLevel = 'none';
  let drops = 0;
  const heard: MemoryPressure[] = [];
  const watch = new MemoryWatch({ source: () => level, dropCaches: () => drops++, intervalMs: 10 });
  watch.listen((pressure) => heard.push(pressure));
  return {
    watch, heard, drops: () => drops,
    look: (next) => {
      level = next;
      watch.look();
    },
  };
}

test('caches go first, then new work is refused, until it eases', () => {
  const { watch, heard, drops, look } = watched();
  look('none');
  expect(heard).toEqual([]);
  look('critical');
  expect([drops(), watch.refusesWork]).toEqual([1, false]);
  look('critical');
  look('critical');
  expect([drops(), watch.refusesWork]).toEqual([1, true]);
  look('warning');
  expect([drops(), watch.refusesWork]).toEqual([2, false]);
  look('none');
  expect(heard).toEqual([
    { level: 'critical', droppedCaches: true, refusesWork: false },
    { level: 'critical', droppedCaches: false, refusesWork: true },
    { level: 'warning', droppedCaches: true, refusesWork: false },
    { level: 'none', droppedCaches: false, refusesWork: false },
  ]);
});

test('looks as long as somebody has it look', () => {
  vi.useFakeTimers();
  const source = vi.fn(() => 'critical' as const);
  const watch = new MemoryWatch({ source, dropCaches: () => undefined, intervalMs: 10 });
  vi.advanceTimersByTime(100);
  expect(source).toHaveBeenCalledTimes(0);
  const [first, second] = [watch.start(), watch.start()];
  vi.advanceTimersByTime(100);
  expect(source).toHaveBeenCalledTimes(10);
  first();
  first();
  vi.advanceTimersByTime(100);
  expect(source).toHaveBeenCalledTimes(20);
  expect(watch.refusesWork).toBe(true);
  second();
  vi.advanceTimersByTime(100);
  expect(source).toHaveBeenCalledTimes(20);
  expect(watch.refusesWork).toBe(false);
});

test('a listener that left hears nothing more', () => {
  const { watch, look } = watched();
  const listener = vi.fn();
  const leave = watch.listen(listener);
  look('warning');
  leave();
  look('none');
  expect(listener).toHaveBeenCalledTimes(1);
});
