import { bytesPerElement, isFloatDtype } from '../../tensors/dtype.js';
import { encodeFloats, roundFloats } from '../../tensors/floats.js';
import type { FloatDtype } from '../../tensors/floats.js';
import { ComputedReader } from '../readers/computed-reader.js';
import { readFloats } from '../readers/element-readers.js';
import type { TensorReader } from '../readers/tensor-reader.js';
import type { SymbolicTensorData } from '../tensor-expression.js';
import { affineFormat, affineShapes, unpackBits } from './affine-groups.js';
import type { AffineFormat } from './affine-groups.js';
import { expectFit, floatInput, sameShape } from './function-definition.js';
import type { FunctionDefinition } from './function-definition.js';

/** `q · scale + bias`, rounded to the dtype after the product and after the sum, as MLX does. */
export const dequantizeAffine: FunctionDefinition = {
  check(call) {
    const [weight, scales, biases] = call.inputs;
    const { dtype, shape } = call.output;
    const format = affineFormat(call);
    const shapes = format && affineShapes(shape, format);
    const fits = call.inputs.length === 3 && isFloatDtype(dtype) && shapes !== undefined && weight?.dtype === 'U32' && sameShape(weight.shape, shapes.weight)
      && [scales, biases].every((part) => part !== undefined && isFloatDtype(part.dtype) && sameShape(part.shape, shapes.groups));
    expectFit(call, fits, 'U32 weight, scales, biases, bits and groupSize');
  },
  open(call, [weight, scales, biases]) {
    const dtype = call.output.dtype as FloatDtype;
    const { bits, groupSize } = affineFormat(call) as AffineFormat;
    const [, scaleData, biasData] = call.inputs;
    const groupBytes = (groupSize * bits) / 8;
    return new ComputedReader({
      unitBytes: groupSize * bytesPerElement(dtype),
      elementBytes: bytesPerElement(dtype),
      async compute(first, count, into) {
        const packed = new Uint8Array(count * groupBytes);
        await (weight as TensorReader).read(first * groupBytes, packed);
        const levels = unpackBits(packed, bits, count * groupSize);
        const scale = await readFloats(floatInput(scaleData as SymbolicTensorData, scales as TensorReader), first, count);
        const bias = await readFloats(floatInput(biasData as SymbolicTensorData, biases as TensorReader), first, count);
        const values = new Float32Array(levels.length);
        for (let index = 0; index < values.length; index += 1) values[index] = (levels[index] as number) * (scale[(index / groupSize) | 0] as number);
        roundFloats(dtype, values);
        for (let index = 0; index < values.length; index += 1) values[index] = (values[index] as number) + (bias[(index / groupSize) | 0] as number);
        encodeFloats(dtype, values, into);
      },
    });
  },
};
