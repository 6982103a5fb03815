import type { ChromeTrace, ChromeTraceEvent, RequestProfile } from './profile.js';

const [stepsRow, buildRow, computeRow] = [1, 2, 3];

/** A profile as a trace with a row of steps, one of building operations and one of waiting for them. */
export function toChromeTrace({ steps, operations }: RequestProfile): ChromeTrace {
  const rows = [[stepsRow, 'steps'], [buildRow, 'build (host)'], [computeRow, 'compute (device)']] as const;
  const traceEvents: ChromeTraceEvent[] = rows.map(([tid, name]) => ({ name: 'thread_name', ph: 'M', pid: 1, tid, args: { name } }));
  for (const { phase, tokens, startMs, durationMs } of steps) traceEvents.push({ ...span(phase, stepsRow, startMs, durationMs), args: { tokens } });
  operations.kinds.forEach((kind, index) => {
    const [start = 0, build = 0, compute = 0] = [operations.startMs[index], operations.buildMs[index], operations.computeMs[index]];
    const name = operations.names[kind] ?? 'unknown';
    traceEvents.push(span(name, buildRow, start, build), span(name, computeRow, start + build, compute));
  });
  return { displayTimeUnit: 'ms', traceEvents };
}

function span(name: string, tid: number, startMs: number, durationMs: number): ChromeTraceEvent {
  return { name, ph: 'X', pid: 1, tid, ts: startMs * 1000, dur: durationMs * 1000 };
}
