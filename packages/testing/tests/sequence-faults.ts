import { UnsupportedFeatureError } from '@mlxengine/core';
import type { BackendModel, EmbedRequest, InferenceBackend } from '@mlxengine/core/backend';
import type { Fault } from './fault-table.js';
import { breakBackend, changeOperations, mapBatches, type BackendFault } from './faulty-backend.js';

function fault(name: string, broken: BackendFault, ...trips: readonly string[]): Fault<InferenceBackend> {
  return { name, create: () => breakBackend(broken), trips };
}

const vocabularySize = 96;

const batchFaults = [
  fault('lets sequences of a batch see each other', {
    scoreBatch: (model) => async ({ sequences }) => {
      const { logits = new Float32Array() } = await model.score({ tokens: sequences.flatMap((tokens) => [...tokens]).slice(0, 256), logits: true });
      const right = await model.scoreBatch({ sequences });
      let start = 0;
      return right.map(({ logProbabilities }) => {
        const end = start + (logProbabilities.length + 1) * vocabularySize;
        const result = { logProbabilities, logits: logits.slice(start, end) };
        start = end;
        return result;
      });
    },
  }, 'score: sequences of unequal lengths side by side are each as if alone', 'operations: attention', 'operations: causal convolutions'),
  fault('gives logits of a batch whether asked for or not', { scoreBatch: (model) => (request, options) => model.scoreBatch({ ...request, logits: true }, options) },
    'score: sequences side by side give logits only where they are asked for'),
  fault('scores the sequences that it can', {
    scoreBatch: (model) => async ({ sequences, ...request }, options) => {
      const good = sequences.filter((tokens) => tokens.length > 1 && tokens.length <= 1024 && [...tokens].every((token) => token < vocabularySize));
      return good.length === 0 ? [] : model.scoreBatch({ ...request, sequences: good }, options);
    },
  }, 'score: of sequences side by side one that is wrong is refused'),
  fault('ignores the signal of a batch', { scoreBatch: (model) => (request) => model.scoreBatch(request) }, 'abort: a score of several sequences that is aborted ends'),
];

/** A segment that the model does not have becomes its first, and what is too long or missing is made to fit. */
function repair({ sequences, tokenTypes, ...request }: EmbedRequest): EmbedRequest {
  const repaired = (sequences.length === 0 ? [[0]] : sequences).map((tokens) => (tokens.length === 0 ? [0] : [...tokens].slice(0, 256).map((token) => Math.min(95, token))));
  const types = tokenTypes && repaired.map((tokens, index) => tokens.map((_, at) => Math.min(1, tokenTypes[index]?.[at] ?? 0)));
  return { ...request, sequences: repaired, ...(types && { tokenTypes: types }) };
}

const embedFaults = [
  fault('knows one way to pool', { graph: changeOperations('pool', { mode: 'mean' }) },
    'embed: the greatest elements', 'embed: the first token', 'embed: the last token', 'embed: normalized vectors and scores of labels'),
  fault('knows no segments', { embed: (model) => ({ tokenTypes: _, ...request }, options) => model.embed(request, options) },
    'embed: the mean of all tokens', 'embed: attention without a cache'),
  fault('pads sequences of a batch and looks at the padding', {
    embed: (model) => ({ sequences, tokenTypes, ...request }, options) => {
      const longest = Math.max(...sequences.map(({ length }) => length));
      const pad = (values: readonly number[] | Uint32Array): number[] => [...values, ...Array.from({ length: longest - values.length }, () => 0)];
      return model.embed({ ...request, sequences: sequences.map(pad), ...(tokenTypes && { tokenTypes: tokenTypes.map(pad) }) }, options);
    },
  }, 'embed: the mean of all tokens', 'embed: the last token', 'embed: attention without a cache'),
  fault('gives vectors of all tokens whether asked for or not', { embed: (model) => (request, options) => model.embed({ ...request, hidden: true }, options) },
    'embed: gives vectors of all tokens only where they are asked for'),
  fault('repairs bad requests for vectors', { embed: (model) => (request, options) => model.embed(repair(request), options) },
    'embed: a request that is wrong is refused'),
  fault('ignores the signal of a request for vectors', { embed: (model) => (request) => model.embed(request) },
    'embed: a signal that fired before keeps the work from starting'),
  fault('answers what it cannot', {
    generate: (model) => async function* (request, options) {
      yield* mapErrors(model.generate(request, options));
    },
    score: (model) => (request, options) => model.score(request, options).catch(() => ({ logProbabilities: new Float32Array() })),
    embed: (model) => (request, options) => model.embed(request, options).catch(() => ({ pooled: [] })),
  }, 'embed: a model that embeds neither generates nor scores', 'embed: a model that generates does not embed'),
];

async function* mapErrors<Batch>(stream: AsyncIterable<Batch>): AsyncGenerator<Batch, undefined> {
  try {
    yield* stream;
  } catch (error) {
    if (!(error instanceof UnsupportedFeatureError)) throw error;
  }
}

/** Tokens that a state has seen, as the model below keeps them. */
interface Kept {
  tokens: number[];
  running: number;
}

/** Answers with a state that went on to other tokens, as where a state cannot go back and is used nevertheless. */
function keepStale(model: BackendModel, kept: Kept, promptOf: (prompt: readonly number[], kept: Kept) => readonly number[]): BackendModel['generate'] {
  return (request, options) => {
    const prompt = promptOf([...request.prompt], kept).slice(0, 200);
    kept.tokens = [...request.prompt];
    kept.running += 1;
    const note = async function* (): AsyncGenerator<Awaited<ReturnType<ReturnType<BackendModel['generate']>['next']>>['value'], undefined> {
      try {
        yield* mapBatches(model.generate({ ...request, prompt }, options), (batch) => {
          if (batch.type === 'tokens') kept.tokens.push(...batch.tokens);
          return batch;
        });
      } finally {
        kept.running -= 1;
      }
    };
    return note();
  };
}

function sharedLength(left: readonly number[], right: readonly number[]): number {
  const different = left.findIndex((token, index) => token !== right[index]);
  return different < 0 ? left.length : different;
}

/** The prompt with what the state saw beyond it in between. */
function withStale(prompt: readonly number[], { tokens }: Kept): readonly number[] {
  const shared = Math.min(sharedLength(prompt, tokens), prompt.length - 1);
  return [...prompt.slice(0, shared), ...tokens.slice(shared), ...prompt.slice(shared)];
}

const stateFaults = [
  fault('takes states back that cannot go back', { generate: (model) => keepStale(model, { tokens: [], running: 0 }, withStale) },
    'states: a prompt that shares the beginning of another is answered as if it were new', 'states: the same prompt again is answered as if it were new',
    'states: after an answer that was aborted the next is as if it were new'),
  fault('loses a token where a prompt goes on', {
    generate: (model) => keepStale(model, { tokens: [], running: 0 }, (prompt, { tokens }) =>
      (tokens.length > 0 && tokens.every((token, index) => prompt[index] === token) ? prompt.toSpliced(tokens.length, 1) : prompt)),
  }, 'states: a prompt that goes on from an answer is answered as if it were new'),
  ((): Fault<InferenceBackend> => {
    const states = new WeakMap<BackendModel, Kept>();
    const keptOf = (model: BackendModel): Kept => {
      const kept = states.get(model) ?? { tokens: [], running: 0 };
      states.set(model, kept);
      return kept;
    };
    return fault('scores in the place of its states', {
      generate: (model) => keepStale(model, keptOf(model), (prompt, kept) => (kept.running < 0 ? withStale(prompt, { ...kept, tokens: kept.tokens }) : prompt)),
      scoreBatch: (model) => (request, options) => {
        keptOf(model).tokens = [...request.sequences[0] ?? []];
        keptOf(model).running = -1;
        return model.scoreBatch(request, options);
      },
    }, 'states: a score between answers changes none');
  })(),
  fault('shares a state among requests', {
    generate: (model) => keepStale(model, { tokens: [], running: 0 }, (prompt, kept) => (kept.running > 0 ? withStale(prompt, kept) : prompt)),
  }, 'states: answers side by side are those of each alone'),
];

/** Batches, vectors and states that are not what they should be. */
export const sequenceFaults: readonly Fault<InferenceBackend>[] = [...batchFaults, ...embedFaults, ...stateFaults];
