import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runMlxengine } from './command.js';

describe('what mlxengine reports', () => {
  it('bench: one line of JSON with real figures', async () => {
    const { stdout, stderr, exitCode } = await runMlxengine(
      ['bench', '--backend', 'fallback', '--threads', '1', '--prompt-tokens', '24', '--max-tokens', '6', '--json'],
    );
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    const measurement = JSON.parse(stdout) as Record<string, unknown>;
    expect(measurement).toMatchObject({ backend: 'fallback', promptTokens: 24, completionTokens: 6 });
    for (const metric of ['loadMs', 'timeToFirstTokenMs', 'prefillTokensPerSecond', 'decodeTokensPerSecond', 'peakMemoryBytes']) {
      expect(measurement[metric], metric).toBeGreaterThan(0);
    }
  });

  it('doctor: every backend with its checks, the choice with its reason, the experimental features', async () => {
    const { stdout, exitCode } = await runMlxengine(['doctor']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Backend mlx: /m);
    expect(stdout).toMatch(/^Backend fallback: works/m);
    expect(stdout).toMatch(/relaxedSimd.*MLXENGINE_EXPERIMENTAL_RELAXED_SIMD=1/);
    expect(stdout).toMatch(/^Chosen: \S+ is the best that works here/m);
  });

  it('doctor: what is wrong and what to do about it', async () => {
    const { stdout, exitCode } = await runMlxengine(['doctor'], { env: { MLXENGINE_MLX_LIBRARY: '/nowhere/libmlx.so' } });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Backend mlx: cannot be used here/m);
    expect(stdout).toMatch(/^ {2}FAIL {2}mlx-library: .*\/nowhere\/libmlx\.so.*\n {9}what to do: \S/m);
    expect(stdout).toMatch(/^Chosen: fallback .*mlx was not taken: .*\/nowhere\/libmlx\.so/m);
  });

  it('doctor: an experimental feature that is none is a finding', async () => {
    const { stdout, exitCode } = await runMlxengine(['doctor'], { env: { MLXENGINE_EXPERIMENTAL_WARP: '1' } });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/FAIL {2}.*MLXENGINE_EXPERIMENTAL_WARP/);
  });

  it('doctor --json: the same as data, a feature from the environment included', async () => {
    const { stdout } = await runMlxengine(['doctor', '--json'], { env: { MLXENGINE_EXPERIMENTAL_RELAXED_SIMD: '1' } });
    const report = JSON.parse(stdout) as { probes: { backend: string }[]; experimental: { name: string; enabled: boolean }[] };
    expect(report.probes.map(({ backend }) => backend)).toEqual(['mlx', 'fallback']);
    expect(report.experimental).toContainEqual(expect.objectContaining({ name: 'relaxedSimd', enabled: true }));
  });

  it('list: the known models, and an empty hub cache as such', async () => {
    const cache = await mkdtemp(join(tmpdir(), 'mlxengine-list-'));
    const { stdout, exitCode } = await runMlxengine(['list'], { env: { HF_HUB_CACHE: cache } });
    await rm(cache, { recursive: true });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ {2}smollm2 +\S+\/\S+ +starter package$/m);
    expect(stdout).toMatch(/In the hub cache\n {2}none\n/);
  });

  it('help of the program and of each command', async () => {
    const { stdout } = await runMlxengine(['--help']);
    for (const command of ['run', 'chat', 'embed', 'rerank', 'bench', 'doctor', 'pull', 'list', 'verify']) {
      expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
      expect((await runMlxengine([command, '--help'])).stdout).toContain(`Usage: mlxengine ${command}`);
    }
  });
});
