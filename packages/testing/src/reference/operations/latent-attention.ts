import { chunksOf, dot, multiplyMatrix, rowOf, softmax, zerosLike } from '../tensor.js';
import type { Implementations } from '../operation-run.js';
import { addTokens, weightedSum } from './token-states.js';

/** Multi-head latent attention, each token's key and value made of its latent. */
export const latentAttention: Implementations<'latentAttention'> = {
  latentAttention(operation, { value, weight, step }) {
    const queries = value(operation.queries);
    const rotatedQueries = value(operation.rotatedQueries);
    const [keyStack, valueStack] = [weight(operation.keyWeight), weight(operation.valueWeight)];
    const [heads = 0, rank = 0, querySize = 0] = keyStack.shape;
    const [, valueSize = 0] = valueStack.shape;
    const keyMatrices = chunksOf(keyStack.data, rank * querySize);
    const valueMatrices = chunksOf(valueStack.data, valueSize * rank);
    const output = zerosLike(queries, [heads, valueSize]);
    for (const part of step.parts) {
      const [latents, rotatedKeys] = addTokens(operation.state, part, value(operation.latents), value(operation.rotatedKeys));
      for (let index = 0; index < part.count; index++) {
        const row = part.start + index;
        const seen = part.position + index + 1;
        const rotated = chunksOf(rowOf(rotatedQueries, row), rowOf(rotatedQueries, row).length / heads);
        chunksOf(rowOf(queries, row), querySize).forEach((query, head) => {
          // q · (Kᵀ latent) = (K q) · latent
          const projected = multiplyMatrix(keyMatrices[head] as Float32Array, query);
          const scores = latents.slice(0, seen).map((latent, token) =>
            operation.scale * (dot(projected, latent) + dot(rotated[head] as Float32Array, rotatedKeys[token] as Float32Array)));
          const latent = weightedSum(softmax(scores), latents, rank);
          rowOf(output, row).set(multiplyMatrix(valueMatrices[head] as Float32Array, latent), head * valueSize);
        });
      }
    }
    return output;
  },
};
