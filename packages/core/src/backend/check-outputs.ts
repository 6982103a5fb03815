import { UnsupportedFeatureError } from '../errors/unsupported-feature-error.js';
import type { ModelGraph } from '../graph/index.js';

/** @throws `UnsupportedFeatureError` where a graph has no logits, so that it can neither generate nor score */
export function checkGenerates({ architecture, outputs }: ModelGraph): void {
  if (outputs.logits !== undefined) return;
  throw unsupported(architecture, 'generation', 'It makes vectors: load it as an embedding model or a reranker.');
}

/** @throws `UnsupportedFeatureError` where a graph makes no vectors */
export function checkEmbeds({ architecture, outputs }: ModelGraph): void {
  if (outputs.pooled !== undefined || outputs.hidden !== undefined) return;
  throw unsupported(architecture, 'embedding', 'It generates text: load an embedding model for vectors.');
}

function unsupported(architecture: string, feature: string, remedy: string): UnsupportedFeatureError {
  return new UnsupportedFeatureError('feature.unsupported', { component: `A model of the architecture ${architecture}`, feature, remedy });
}
