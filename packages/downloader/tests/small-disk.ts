import { execFileSync, spawn, type ChildProcess } from 'node:child_process';

/** A file system of its own that a model does not fit on. */
export interface SmallDisk {
  /** Where it is to be used, which may be elsewhere than asked for. */
  readonly path: string;
  resize(size: string): void;
  unmount(): void;
}

/**
 * Mounts a tmpfs as root, or in a namespace of this user's own, or with a sudo that asks for no password.
 *
 * @param path an empty folder
 * @param size such as `4m`
 * @returns `undefined` where none of them is allowed
 */
export async function mountSmallDisk(path: string, size: string): Promise<SmallDisk | undefined> {
  return mount([], path, size) ?? (await mountInNamespace(path, size)) ?? mount(['sudo', '-n'], path, size);
}

function run(...command: readonly string[]): void {
  const [program = '', ...args] = command;
  execFileSync(program, args, { stdio: 'ignore' });
}

function mount(as: readonly string[], path: string, size: string): SmallDisk | undefined {
  try {
    run(...as, 'mount', '-t', 'tmpfs', '-o', `size=${size}`, 'none', path);
  } catch {
    return undefined;
  }
  return {
    path,
    resize: (larger) => run(...as, 'mount', '-o', `remount,size=${larger}`, path),
    unmount: () => run(...as, 'umount', path),
  };
}

/** The namespace lives as long as a process in it, through whose root its files are seen from outside. */
async function mountInNamespace(path: string, size: string): Promise<SmallDisk | undefined> {
  const script = 'mount -t tmpfs -o "size=$1" none "$2" && echo mounted && exec sleep 600';
  const holder = spawn('unshare', ['-rm', 'sh', '-c', script, 'sh', size, path], { stdio: ['ignore', 'pipe', 'ignore'] });
  if (!(await saysSomething(holder))) return undefined;
  const inNamespace = ['nsenter', '-t', String(holder.pid), '-U', '-m', '--preserve-credentials'];
  return {
    path: `/proc/${holder.pid}/root${path}`,
    // Named in full: the options that mount(8) would take over hold an owner, which a remount may not set.
    resize: (larger) => run(...inNamespace, 'mount', '-t', 'tmpfs', '-o', `remount,size=${larger}`, 'none', path),
    unmount: () => void holder.kill('SIGKILL'),
  };
}

function saysSomething(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(false)).once('close', () => resolve(false));
    child.stdout?.once('data', () => resolve(true));
  });
}
