import type { StreamingDetokenizer } from '@mlxengine/core';
import type { Vocabulary } from '../tokenizer/vocabulary.js';
import type { DecoderStage } from './decoder-stage.js';

/** Runs ids through the stages of a decoder; special tokens and unknown ids are left out. */
export class Detokenizer implements StreamingDetokenizer {
  readonly #vocabulary: Vocabulary;
  readonly #stages: readonly DecoderStage[];

  constructor(vocabulary: Vocabulary, stages: readonly DecoderStage[]) {
    this.#vocabulary = vocabulary;
    this.#stages = stages;
  }

  push(ids: readonly number[] | Uint32Array): string {
    const tokens: string[] = [];
    for (const id of ids) {
      const token = this.#vocabulary.specialIds.has(id) ? undefined : this.#vocabulary.tokens[id];
      if (token !== undefined) tokens.push(token);
    }
    return this.#run(tokens, 0);
  }

  flush(): string {
    let text = '';
    for (const [index, stage] of this.#stages.entries()) text += this.#run(stage.flush(), index + 1);
    return text;
  }

  #run(tokens: readonly string[], from: number): string {
    let current = tokens;
    for (let index = from; index < this.#stages.length; index += 1) current = this.#stages[index]?.push(current) ?? [];
    return current.join('');
  }
}
