import { defineArchitecture } from './architecture.js';
import type { Architecture } from './architecture.js';
import { bertEncoder, readBert, sanitizeBert } from './bert.js';

/** XLM-R, BGE-M3, multilingual E5 and BGE's rerankers. Source: transformers `models/xlm_roberta/modeling_xlm_roberta.py`. */
export const xlmRoberta: Architecture = defineArchitecture({
  modelType: 'xlm-roberta',
  aliases: ['roberta', 'camembert'],
  readArguments: (config) => readBert(config, config.integer('pad_token_id', { minimum: 0, maximum: 2 ** 20 }, 1) + 1),
  buildGraph: (graph, args) => {
    const { hiddenSize, labels, vocabularySize, contextLength } = args;
    const hidden = bertEncoder(graph, args);
    if (labels === undefined) return { hidden, vocabularySize, contextLength };
    const dense = graph.unary('tanh', graph.linear(graph.pool(hidden, 'first'), 'classifier.dense', { dimensions: hiddenSize, bias: true }));
    return { hidden, pooled: graph.linear(dense, 'classifier.out_proj', { dimensions: labels, bias: true }), vocabularySize, contextLength };
  },
  sanitize: (tensors, args) => {
    sanitizeBert(tensors, args);
    // Classifiers of this family read the first token itself.
    tensors.drop((name) => name.startsWith('pooler.'));
  },
});
