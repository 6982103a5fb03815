import process from 'node:process';
import { listFeatureFlags } from '@mlxengine/core';
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
    const experimental = listFeatureFlags();
    const host = `Node.js ${process.versions.node}, ${process.platform} ${process.arch}`;
    if (optionValues('doctor', input).flag('json')) {
      input.stdout.write(`${JSON.stringify({ version, host, choice, probes, experimental })}\n`);
      return 0;
    }
    const features = experimental.map(
      ({ name, enabled, environmentVariable, description }) =>
        `  ${enabled ? 'on ' : 'off'}  ${name}: ${description} (${environmentVariable}=1)\n`,
    );
    const sections = [`mlxengine ${version}, ${host}\n`, ...probes.map(describeProbe)];
    input.stdout.write(sections.join('\n'));
    input.stdout.write(`\nExperimental features\n${features.join('')}\nChosen: ${choice.reason}.\n`);
    return 0;
  },
};

function describeProbe(probe: BackendProbe): string {
  const state = !probe.available ? 'cannot be used here' : probe.automatic ? 'works' : 'works, only when asked for';
  const device = probe.device === undefined ? '' : ` (${probe.device.name})`;
  const checks = probe.checks.map(({ ok, name, detail, remedy }) => {
    const line = `  ${ok ? 'ok   ' : 'FAIL '} ${name}: ${detail}\n`;
    return ok || remedy === undefined ? line : `${line}         what to do: ${remedy}\n`;
  });
  return `Backend ${probe.backend}: ${state}${device}\n${checks.join('')}`;
}
