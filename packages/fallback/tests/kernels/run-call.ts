import type { CallSite, CompiledCall } from '../../src/execution/compiled-call.js';
import type { KernelCall } from '../../src/lowering/kernel-call.js';
import { MemoryViews } from '../../src/memory/memory-views.js';
import type { KernelMemory } from './kernel-memory.js';

/** Runs a call whose buffers are addresses in a memory. */
export function runCall<Call extends KernelCall>(
  memory: KernelMemory, compile: (call: Call, site: CallSite) => CompiledCall, call: Call, rows: number,
): void {
  const compiled = compile(call, { kernels: memory.kernels, views: new MemoryViews(memory.memory), at: (buffer) => buffer });
  compiled.run({ rows, segments: [] }, 0, compiled.range);
}
