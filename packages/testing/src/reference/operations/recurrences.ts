import { chunksOf, dot, rowOf, zerosLike } from '../tensor.js';
import type { Implementations } from '../operation-run.js';

/** Operations whose state is of a fixed size. */
export const recurrences: Implementations<'causalConv' | 'gatedDelta' | 'ssmScan'> = {
  causalConv({ input, weight: path, bias: biasPath, activation, state }, { value, weight, step }) {
    const tensor = value(input);
    const { data: taps, shape: [channels = 0, width = 0] } = weight(path);
    const bias = biasPath === undefined ? undefined : weight(biasPath).data;
    const output = zerosLike(tensor, [channels]);
    for (const { sequence, start, count } of step.parts) {
      const past = chunksOf(sequence.fixedState(state), channels);
      for (let index = 0; index < count; index++) {
        const window = [...past.splice(0), rowOf(tensor, start + index)];
        for (let channel = 0; channel < channels; channel++) {
          const sum = dot(taps.subarray(channel * width, (channel + 1) * width), window.map((row) => row[channel] as number)) + (bias?.[channel] ?? 0);
          rowOf(output, start + index)[channel] = activation === 'silu' ? sum / (1 + Math.exp(-sum)) : sum;
        }
        past.push(...window.slice(1));
      }
      sequence.setFixedState(state, Float32Array.from(past.flatMap((row) => [...row])));
    }
    return output;
  },
  gatedDelta(operation, { value, step }) {
    const [queries, keys, values] = [value(operation.queries), value(operation.keys), value(operation.values)];
    const [decays, betas] = [value(operation.decay), value(operation.beta)];
    const [keyHeads = 0, keySize = 0] = keys.dimensions;
    const [heads = 0, valueSize = 0] = values.dimensions;
    const output = zerosLike(values, values.dimensions);
    for (const { sequence, start, count } of step.parts) {
      const state = sequence.fixedState(operation.state);
      for (let row = start; row < start + count; row++) {
        chunksOf(state, valueSize * keySize).forEach((matrix, head) => {
          const keyHead = Math.floor((head * keyHeads) / heads);
          const [query, key] = [queries, keys].map((tensor) => rowOf(tensor, row).subarray(keyHead * keySize, (keyHead + 1) * keySize)) as [Float32Array, Float32Array];
          // One factor for the head, or one for each column.
          const decay = chunksOf(rowOf(decays, row), rowOf(decays, row).length / heads)[head] as Float32Array;
          const beta = rowOf(betas, row)[head] as number;
          chunksOf(matrix, keySize).forEach((line, index) => {
            line.forEach((old, column) => { line[column] = old * (decay[decay.length === 1 ? 0 : column] as number); });
            const change = beta * ((rowOf(values, row)[head * valueSize + index] as number) - dot(line, key));
            line.forEach((old, column) => { line[column] = old + change * (key[column] as number); });
            rowOf(output, row)[head * valueSize + index] = dot(line, query);
          });
        });
      }
      sequence.setFixedState(operation.state, state);
    }
    return output;
  },
  ssmScan(operation, { value, step }) {
    const [input, steps, decays, inward, outward] = [operation.input, operation.dt, operation.a, operation.b, operation.c].map(value) as [
      ReturnType<typeof value>, ReturnType<typeof value>, ReturnType<typeof value>, ReturnType<typeof value>, ReturnType<typeof value>,
    ];
    const [heads = 0, size = 0] = input.dimensions;
    const [groups = 0, stateSize = 0] = inward.dimensions;
    const output = zerosLike(input, input.dimensions);
    for (const { sequence, start, count } of step.parts) {
      const state = sequence.fixedState(operation.state);
      for (let row = start; row < start + count; row++) {
        chunksOf(state, size * stateSize).forEach((matrix, head) => {
          const group = Math.floor((head * groups) / heads) * stateSize;
          const [b, c] = [inward, outward].map((tensor) => rowOf(tensor, row).subarray(group, group + stateSize)) as [Float32Array, Float32Array];
          const dt = rowOf(steps, row)[head] as number;
          const a = chunksOf(decays.data, decays.data.length / heads)[head] as Float32Array;
          chunksOf(matrix, stateSize).forEach((line, index) => {
            const x = dt * (rowOf(input, row)[head * size + index] as number);
            line.forEach((old, column) => {
              line[column] = old * Math.exp(dt * (a[a.length === 1 ? 0 : column] as number)) + x * (b[column] as number);
            });
            rowOf(output, row)[head * size + index] = dot(line, c);
          });
        });
      }
      sequence.setFixedState(operation.state, state);
    }
    return output;
  },
};
