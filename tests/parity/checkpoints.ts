import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const generator = join(import.meta.dirname, 'generate.py');

/** What the generator says of a checkpoint. */
export interface GeneratedCheckpoint {
  /** Such as `llama/4-bit`. */
  readonly checkpoint: string;
  /** How it is quantized and stored, for people. */
  readonly description: string;
  readonly error?: string;
}

/** Python that has mlx-lm; empty where there is none. */
export const python = process.env['MLXENGINE_PARITY_PYTHON'] ?? '';

/** Why checkpoints cannot be made; empty where they can. */
export const missing = python === '' ? 'MLXENGINE_PARITY_PYTHON, a Python that has mlx-lm, is not set' : '';

/** Every checkpoint that the generator knows, without making it. */
export function listCheckpoints(): readonly GeneratedCheckpoint[] {
  if (python === '') return [];
  const lines = execFileSync(python, [generator, '--list'], { encoding: 'utf8' }).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as GeneratedCheckpoint);
}

/** Checkpoints in a temporary folder. */
export class CheckpointFolder {
  readonly path: string = mkdtempSync(join(tmpdir(), 'mlxengine-families-'));

  /** Makes all, or the named ones. @throws where one cannot be made, with what the generator says */
  async generate(only: readonly string[] = []): Promise<void> {
    const child = spawn(python, [generator, this.path, ...(only.length > 0 ? ['--only', only.join(',')] : [])], { stdio: ['ignore', 'pipe', 'pipe'] });
    const errors: string[] = [];
    child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text));
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith('{') && (JSON.parse(line) as GeneratedCheckpoint).error !== undefined) errors.push(line);
    }
    const status = child.exitCode ?? await new Promise((resolve) => child.once('exit', resolve));
    if (status !== 0) throw new Error(`generate.py failed: ${errors.slice(-40).join('')}`);
  }

  folder(checkpoint: string): string {
    return join(this.path, checkpoint);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
