import type { OpenedTextModel } from '../open-model.js';
import { crossEncoder } from './cross-encoder.js';
import { qwen3Reranker } from './qwen3-reranker.js';
import { activationOf, unsupportedReranker, type Scorer } from './scorer.js';

/** The scorer of a model. @throws `UnsupportedFeatureError` where it is none that is known */
export function scorerOf(opened: OpenedTextModel, labels: number): Scorer {
  const { graph } = opened.checkpoint;
  if (graph.architecture === 'qwen3') return qwen3Reranker(opened, labels);
  if (labels !== 1) throw unsupportedReranker(opened.checkpoint, `reranking with ${labels} labels`);
  return crossEncoder(opened, activationOf(opened.checkpoint));
}
