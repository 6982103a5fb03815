import type { ProfiledKind, ProfiledStep, ProfilePhase, RequestProfile } from './profile.js';

// The first steps show the prompt's chunks and what the first tokens cost; later ones are alike.
const stepsShown = 12;

/** A profile as text: a table of steps and one of kinds of operations in each phase, longest first. */
export function formatProfile({ steps, kinds }: RequestProfile): string {
  const note = 'Every operation was waited for, so the whole is slower than without a profile: compare shares, not sums.';
  return [stepTable(steps), ...(['prefill', 'decode'] as const).map((phase) => kindTable(phase, kinds)), note].filter(Boolean).join('\n\n') + '\n';
}

function stepTable(steps: readonly ProfiledStep[]): string {
  const rows = steps.slice(0, stepsShown).map(({ phase, tokens, startMs, durationMs }, index) => [`${index}`, phase, `${tokens}`, startMs.toFixed(2), durationMs.toFixed(2)]);
  const rest = steps.slice(stepsShown);
  const total = rest.reduce((sum, { durationMs }) => sum + durationMs, 0);
  if (rest.length > 0) rows.push([`+${rest.length}`, 'more', '', '', `${(total / rest.length).toFixed(2)} each`]);
  return table(['step', 'phase', 'tokens', 'start ms', 'ms'], rows);
}

function kindTable(phase: ProfilePhase, kinds: readonly ProfiledKind[]): string {
  const own = kinds.filter((kind) => kind.phase === phase);
  const time = ({ buildMs, computeMs }: ProfiledKind): number => buildMs + computeMs;
  const total = own.reduce((sum, kind) => sum + time(kind), 0);
  const rows = own.toSorted((left, right) => time(right) - time(left)).map((kind) => [
    kind.kind, `${kind.calls}`, kind.buildMs.toFixed(2), kind.computeMs.toFixed(2), `${((100 * time(kind)) / (total || 1)).toFixed(1)} %`,
  ]);
  return rows.length === 0 ? '' : table([phase, 'calls', 'build ms', 'compute ms', 'share'], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string => cells.map((cell, column) => (column < 1 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ').trimEnd();
  return [head, ...rows].map(line).join('\n');
}
