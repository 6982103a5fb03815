import type { CompiledCall, StepContext } from './compiled-call.js';
import type { Pacer } from './pacer.js';

/** Runs calls one after another, in parts where one would take too long to be interrupted. */
export async function runCalls(calls: readonly CompiledCall[], context: StepContext, pacer: Pacer): Promise<void> {
  for (const call of calls) {
    const size = partSize(call, context, pacer.workLimit);
    for (let begin = 0; begin < call.range; begin += size) {
      call.run(context, begin, Math.min(call.range, begin + size));
      if (pacer.check()) await pacer.giveWay();
    }
  }
}

function partSize(call: CompiledCall, context: StepContext, limit: number): number {
  const work = call.work(context);
  if (call.range === 1 || work * call.range <= limit) return call.range;
  return Math.max(1, Math.floor(limit / work / call.step)) * call.step;
}
