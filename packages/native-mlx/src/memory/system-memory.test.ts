import { expect, test } from 'vitest';
import { systemPressure } from './pressure-source.js';
import { scarcestMemory, type SystemFigures } from './system-memory.js';

const gigabyte = 1024 ** 3;

/** A machine of the files given. */
function machine(files: Readonly<Record<string, string>>, platform: NodeJS.Platform = 'linux', pressureLevel = 0): SystemFigures {
  return { platform, read: (path) => files[path], native: () => ({ deviceFreeBytes: 0, availableBytes: 0, pressureLevel }) };
}

const meminfo = (availableGigabytes: number): Record<string, string> => ({
  '/proc/meminfo': `MemTotal:       ${16 * 1024 ** 2} kB\nMemFree:         1024 kB\nMemAvailable:   ${Math.floor(availableGigabytes * 1024 ** 2)} kB\n`,
});

const group = (folder: string, max: string, current: number, stat = ''): Record<string, string> => ({
  [`/sys/fs/cgroup${folder}/memory.max`]: `${max}\n`,
  [`/sys/fs/cgroup${folder}/memory.current`]: `${current}\n`,
  [`/sys/fs/cgroup${folder}/memory.stat`]: stat,
});

test('the machine tells what is available', () => {
  expect(scarcestMemory(machine(meminfo(5)))).toEqual({ availableBytes: 5 * gigabyte, totalBytes: 16 * gigabyte });
  expect(scarcestMemory(machine({}))).toBeUndefined();
  expect(scarcestMemory(machine(meminfo(5), 'darwin'))).toBeUndefined();
});

test('a control group, or one above it, may leave less, and its page cache counts as free', () => {
  const self = { '/proc/self/cgroup': '0::/a/b\n' };
  const stat = `anon 5\ninactive_file ${gigabyte}\nactive_file 100\nslab_reclaimable 20\nfile 7\n`;
  const inner = { ...meminfo(5), ...self, ...group('/a/b', `${3 * gigabyte}`, 2 * gigabyte, stat) };
  expect(scarcestMemory(machine(inner))).toEqual({ availableBytes: 2 * gigabyte + 120, totalBytes: 3 * gigabyte });
  const outer = { ...inner, ...group('/a', `${4 * gigabyte}`, 4 * gigabyte) };
  expect(scarcestMemory(machine(outer))).toEqual({ availableBytes: 0, totalBytes: 4 * gigabyte });
  expect(scarcestMemory(machine({ ...meminfo(5), ...self, ...group('/a/b', 'max', gigabyte) }))?.availableBytes).toBe(5 * gigabyte);
  const container = { ...meminfo(5), '/proc/self/cgroup': '0::/\n', ...group('', `${gigabyte}`, gigabyte / 2) };
  expect(scarcestMemory(machine(container))?.availableBytes).toBe(gigabyte / 2);
});

test('a control group of version 1 is one too', () => {
  const folder = '/sys/fs/cgroup/memory';
  const files = { [`${folder}/memory.limit_in_bytes`]: '2048', [`${folder}/memory.usage_in_bytes`]: '1024' };
  expect(scarcestMemory(machine({ ...meminfo(5), ...files }))).toEqual({ availableBytes: 1024, totalBytes: 2048 });
  expect(scarcestMemory(machine({ ...meminfo(5), ...files, [`${folder}/memory.limit_in_bytes`]: '9223372036854771712' }))?.totalBytes).toBe(16 * gigabyte);
});

test('what is left tells of pressure', () => {
  expect(systemPressure(machine(meminfo(5)))()).toBe('none');
  expect(systemPressure(machine(meminfo(0.6)))()).toBe('warning');
  expect(systemPressure(machine(meminfo(0.25)))()).toBe('critical');
});

test('stalls since the last look tell of pressure', () => {
  const files: Record<string, string> = { ...meminfo(5) };
  let now = 0;
  const source = systemPressure(machine(files), () => now);
  const after = (milliseconds: number, some: number, full: number): string => {
    now += milliseconds;
    const line = (kind: string, total: number): string => `${kind} avg10=0.00 avg60=0.00 avg300=0.00 total=${total}\n`;
    files['/proc/pressure/memory'] = line('some', some) + line('full', full);
    return source();
  };
  // What was before the first look is none of this process's time.
  expect(after(0, 9_000_000, 8_000_000)).toBe('none');
  expect(after(1000, 9_050_000, 8_000_000)).toBe('none');
  expect(after(1000, 9_200_000, 8_010_000)).toBe('warning');
  expect(after(1000, 9_700_000, 8_300_000)).toBe('critical');
  expect(after(1000, 9_700_000, 8_300_000)).toBe('none');
});

test.each([[1, 'none'], [2, 'warning'], [4, 'critical'], [0, 'none']] as const)("Apple's level %i is %s", (level, expected) => {
  expect(systemPressure(machine({}, 'darwin', level))()).toBe(expected);
});
