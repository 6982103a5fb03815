import process from 'node:process';
import { listFeatureFlags, UnsupportedFeatureError, type FeatureFlag } from '@mlxengine/core';
import type { BackendProbe } from '@mlxengine/core/backend';
import { explainChoice, probeBackends } from '@mlxengine/engine';
import type { Command } from '../command.js';
import { optionValues } from '../option-values.js';
import { version } from '../version.js';

export const doctor: Command = {
  name: 'doctor',
  summary: 'Show which backends work here, which one is chosen and why, and what to do for the others',
  arguments: '',
  options: { json: { type: 'boolean', description: 'one line of JSON' } },
  run: async (input) => {
    const probes = await probeBackends();
    const choice = explainChoice(probes);
    const experimental = featureFlags();
    const host = `Node.js ${process.versions.node}, ${process.platform} ${process.arch}`;
    if (optionValues('doctor', input).flag('json')) {
      input.stdout.write(`${JSON.stringify({ version, host, choice, probes, experimental })}\n`);
      return 0;
    }
    const sections = [`mlxengine ${version}, ${host}\n`, ...probes.map(describeProbe)];
    input.stdout.write(sections.join('\n'));
    input.stdout.write(`\nExperimental features\n${describeFeatures(experimental)}\nChosen: ${choice.reason}.\n`);
    return 0;
  },
};

/** The flags, or what is wrong with those that are set: that is a finding like any other here. */
function featureFlags(): readonly FeatureFlag[] | { readonly problem: string } {
  try {
    return listFeatureFlags();
  } catch (error) {
    if (UnsupportedFeatureError.isInstance(error)) return { problem: (error as Error).message };
    throw error;
  }
}

function describeFeatures(experimental: ReturnType<typeof featureFlags>): string {
  if ('problem' in experimental) return `  FAIL  ${experimental.problem}\n`;
  const lines = experimental.map(
    ({ name, enabled, environmentVariable, description }) =>
      `  ${enabled ? 'on ' : 'off'}  ${name}: ${description} (${environmentVariable}=1)\n`,
  );
  return lines.join('');
}

function describeProbe(probe: BackendProbe): string {
  const state = !probe.available ? 'cannot be used here' : probe.automatic ? 'works' : 'works, only when asked for';
  const device = probe.device === undefined ? '' : ` (${probe.device.name})`;
  const checks = probe.checks.map(({ ok, name, detail, remedy }) => {
    const line = `  ${ok ? 'ok   ' : 'FAIL '} ${name}: ${detail}\n`;
    return ok || remedy === undefined ? line : `${line}         what to do: ${remedy}\n`;
  });
  return `Backend ${probe.backend}: ${state}${device}\n${checks.join('')}`;
}
