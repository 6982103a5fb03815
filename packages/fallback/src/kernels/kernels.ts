import type { AttentionKernels } from './attention-kernels.js';
import type { ElementKernels } from './element-kernels.js';
import type { LinearKernels } from './linear-kernels.js';
import type { RecurrenceKernels } from './recurrence-kernels.js';

/** What a kernel module exports; arguments are addresses and counts, described in `assembly/`. */
export interface Kernels extends LinearKernels, ElementKernels, AttentionKernels, RecurrenceKernels {
  initialize(): void;
}
