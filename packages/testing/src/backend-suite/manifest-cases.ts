import type { ComputeDtype } from '@mlxengine/core/backend';
import { tinyModelShape } from '../tiny-model/tiny-model-options.js';
import { tinyGraph } from '../tiny-model/tiny-graph.js';
import type { ConformanceCase } from '../suite/run-cases.js';
import type { BackendContext } from './backend-context.js';
import { compareWithReference } from './compare-logits.js';
import { operationVariants } from './operation-cases.js';
import { missingOf } from './operations/operation-variant.js';
import { promptOf } from './token-answer.js';

/** How far logits of about ±15 may be off in each format. */
const dtypeTolerance: { readonly [Dtype in ComputeDtype]: number } = { float32: 1e-3, float16: 0.15, bfloat16: 1 };

/** What the manifest says is so: each claim is tried. */
export const manifestCases: readonly ConformanceCase<BackendContext>[] = [
  {
    name: 'manifest: names the backend, its device and what it does',
    async run({ backend }, check) {
      check.equal(backend.specificationVersion, 'v1', 'specificationVersion');
      check.ok(backend.name !== '' && backend.device.kind !== '' && backend.device.name !== '', 'name or device is empty');
      check.ok(backend.supports.dtypes.length > 0, 'supports.dtypes is empty');
      check.ok(backend.supports.tensorDtypes.length > 0 || backend.supports.affineBits.length > 0, 'no format of weights is listed');
      const { maxThreads } = backend.supports;
      check.ok(Number.isInteger(maxThreads) && maxThreads >= 0, `supports.maxThreads is ${maxThreads}`);
    },
  },
  {
    name: 'manifest: every operation that is listed runs',
    async run(context, check) {
      const { supports } = context.backend;
      const llama = tinyGraph(tinyModelShape());
      const missing = llama.operations.map(({ type }) => type).filter((type) => !supports.operations.includes(type));
      check.equal([...new Set(missing)], [], 'operations of the llama family that are not listed');
      // The tests of operations run all of these.
      const tried = [llama, ...operationVariants.filter((variant) => missingOf(variant, supports) === undefined).map(({ graph }) => graph)];
      const known = new Set<string>(tried.flatMap(({ operations }) => operations.map(({ type }) => type)));
      const unknown = supports.operations.filter((type) => !known.has(type));
      check.equal(unknown, [], 'operations that no graph of this suite can try with what is listed');
      await compareWithReference(await context.pair(), promptOf(24), context.tolerance, 'llama', check);
    },
  },
  {
    name: 'manifest: every compute dtype that is listed works',
    async run(context, check) {
      for (const dtype of context.backend.supports.dtypes) {
        const pair = await context.pair({}, dtype);
        check.equal(pair.subject.dtype, dtype, 'dtype of the model');
        const tolerance = Math.max(context.tolerance, dtypeTolerance[dtype]);
        await compareWithReference(pair, promptOf(12), tolerance, dtype, check);
      }
    },
  },
  {
    name: 'manifest: every format of dense tensors that is listed loads',
    async run(context, check) {
      for (const dtype of context.backend.supports.tensorDtypes) {
        if (dtype !== 'F32' && dtype !== 'F16' && dtype !== 'BF16') return check.fail(`${dtype} is no format of dense weights`);
        await compareWithReference(await context.pair({ dtype }), promptOf(12), context.tolerance, dtype, check);
      }
    },
  },
  {
    name: 'manifest: every quantization that is listed loads',
    async run(context, check) {
      const { affineBits, affineGroupSizes, tensorDtypes } = context.backend.supports;
      const dtype = tensorDtypes.includes('F16') ? 'F16' : 'F32';
      for (const bits of affineBits) {
        for (const groupSize of affineGroupSizes) {
          const quantization = { mode: 'affine', bits, groupSize } as const;
          const pair = await context.pair({ quantization, dtype, layers: 1 });
          await compareWithReference(pair, promptOf(12), context.tolerance, `${bits} bits, groups of ${groupSize}`, check);
        }
      }
    },
  },
];
