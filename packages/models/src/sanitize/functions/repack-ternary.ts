import { isFloatDtype, product } from '../../tensors/dtype.js';
import { encodeFloats } from '../../tensors/floats.js';
import { ComputedReader } from '../readers/computed-reader.js';
import { readFloats } from '../readers/element-readers.js';
import type { TensorReader } from '../readers/tensor-reader.js';
import type { SymbolicTensorData } from '../tensor-expression.js';
import { affineFormat, affineShapes, packBits } from './affine-groups.js';
import type { AffineFormat } from './affine-groups.js';
import { expectFit, floatInput, sameShape } from './function-definition.js';
import type { FunctionCall, FunctionDefinition } from './function-definition.js';

/**
 * BitNet's weight as affine of 2 bits, without loss: the codes 0, 1 and 2 stand for -1, 0 and 1, so the bias is minus the
 * scale. Scales are float32 because the inverse of a stored one has no shorter form. The setting `scale` says whether the
 * stored number multiplies or divides.
 */
export const repackTernary: FunctionDefinition = {
  check(call) {
    const [weight, scale, ...rest] = call.inputs;
    const { part } = call.settings;
    const shapes = weight && unpackedShapes(call);
    const fits = weight?.dtype === 'U8' && weight.shape.length === 2 && scale !== undefined && isFloatDtype(scale.dtype) && product(scale.shape) === 1
      && rest.length === 0 && shapes !== undefined && (call.settings['scale'] === 'multiply' || call.settings['scale'] === 'divide')
      && (part === 'weight' || part === 'scales' || part === 'biases') && sameShape(call.output.shape, part === 'weight' ? shapes.weight : shapes.groups)
      && call.output.dtype === (part === 'weight' ? 'U32' : 'F32');
    expectFit(call, fits, 'U8 [out / 4, in], its scale and part (weight, scales, biases)');
  },
  open(call, [weight, scale]) {
    const scaleInput = floatInput(call.inputs[1] as SymbolicTensorData, scale as TensorReader);
    return call.settings['part'] === 'weight' ? weightReader(call, weight as TensorReader) : new ComputedReader({
      unitBytes: 4,
      elementBytes: 4,
      async compute(_first, count, into) {
        const [stored = NaN] = await readFloats(scaleInput, 0, 1);
        const factor = call.settings['scale'] === 'divide' ? 1 / stored : stored;
        encodeFloats('F32', new Float32Array(count).fill(call.settings['part'] === 'scales' ? factor : -factor), into);
      },
    });
  },
};

/** Row r + i · out / 4 of the result lies in bits 2i of row r. */
function weightReader(call: FunctionCall, weight: TensorReader): TensorReader {
  const [quarter = 0, columns = 0] = call.inputs[0]?.shape ?? [];
  return new ComputedReader({
    unitBytes: columns / 4,
    elementBytes: 4,
    async compute(first, count, into) {
      const codes = new Uint8Array(columns);
      for (let row = 0; row < count; row += 1) {
        await weight.read(((first + row) % quarter) * columns, codes);
        const shift = 2 * Math.floor((first + row) / quarter);
        for (let column = 0; column < columns; column += 1) codes[column] = ((codes[column] as number) >> shift) & 3;
        packBits(codes, 2, into.subarray((row * columns) / 4, ((row + 1) * columns) / 4).fill(0));
      }
    },
  });
}

function unpackedShapes(call: FunctionCall): ReturnType<typeof affineShapes> | undefined {
  const [quarter = 0, columns = 0] = call.inputs[0]?.shape ?? [];
  const format: AffineFormat | undefined = affineFormat({ ...call, settings: { ...call.settings, bits: 2 } });
  return format && columns % format.groupSize === 0 ? affineShapes([4 * quarter, columns], format) : undefined;
}
