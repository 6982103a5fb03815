import type { OpenedTextModel } from '../open-model.js';
import { longestSequence } from '../vectors/longest-sequence.js';
import { activationOf, sigmoid, unsupportedReranker, type Scorer } from './scorer.js';

// By the model card of Qwen3-Reranker, also where it was made a classifier of one label.
const before = '<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the Instruct provided. '
  + 'Note that the answer can only be "yes" or "no".<|im_end|>\n<|im_start|>user\n';
const after = '<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n';
const usualInstruction = 'Given a web search query, retrieve relevant passages that answer the query';
const mostTokens = 8192;

/** Asks for yes or no; the score is how likely yes is of the two. */
export function qwen3Reranker(opened: OpenedTextModel, labels: number): Scorer {
  const { checkpoint, tokenizer } = opened;
  const idsOf = (text: string): readonly number[] => tokenizer.encode(text, { addSpecialTokens: false });
  const [head, tail] = [idsOf(before), idsOf(after)];
  const most = Math.min(longestSequence(opened), mostTokens) - head.length - tail.length;
  if (most < 1) throw unsupportedReranker(checkpoint, 'a context shorter than its own question');
  return {
    takesInstruction: true,
    encode: (query, document, instruction = usualInstruction) => {
      const text = idsOf(`<Instruct>: ${instruction}\n<Query>: ${query}\n<Document>: ${document}`).slice(0, most);
      const ids = [...head, ...text, ...tail];
      return { ids, types: ids.map(() => 0) };
    },
    score: readScore(),
  };

  function readScore(): Scorer['score'] {
    if (labels === 1) {
      const activation = activationOf(checkpoint);
      return (output) => activation(output[0] ?? NaN);
    }
    const [yes, no] = ['yes', 'no'].map((word) => idsOf(word));
    if (checkpoint.graph.vocabularySize !== labels || yes?.length !== 1 || no?.length !== 1) {
      throw unsupportedReranker(checkpoint, `${labels} labels without tokens for yes and no`);
    }
    return (output) => sigmoid((output[yes[0]!] ?? NaN) - (output[no[0]!] ?? NaN));
  }
}
