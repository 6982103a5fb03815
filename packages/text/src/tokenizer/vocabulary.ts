import type { AddedToken } from '../encoding/added-tokens.js';
import type { JsonNode } from '../json-node.js';

/** No vocabulary has ids beyond this; a file that says so is broken. */
const mostTokens = 2 ** 24;

/** Tokens and ids of one tokenizer. */
export interface Vocabulary {
  /** Ids of the model's own tokens. */
  readonly modelIds: ReadonlyMap<string, number>;
  /** Added tokens by their content. */
  readonly added: ReadonlyMap<string, AddedToken>;
  /** Every token by id; ids may be left out. */
  readonly tokens: readonly (string | undefined)[];
  readonly specialIds: ReadonlySet<number>;
}

/** Joins the model's vocabulary with the added tokens. */
export function readVocabulary(model: JsonNode, addedTokens: readonly AddedToken[]): Vocabulary {
  const node = model.get('vocab');
  const modelIds = Array.isArray(node.value) ? listed(node) : mapped(node);
  const tokens: (string | undefined)[] = Array.from({ length: size(modelIds.values(), addedTokens, node) });
  for (const [token, id] of modelIds) tokens[id] = token;
  for (const { id, content } of addedTokens) tokens[id] = content;
  return {
    modelIds,
    added: new Map(addedTokens.map((token) => [token.content, token])),
    tokens,
    specialIds: new Set(addedTokens.filter(({ special }) => special).map(({ id }) => id)),
  };
}

/** Id of a token by its text. */
export function idOf(vocabulary: Vocabulary, token: string): number | undefined {
  return vocabulary.added.get(token)?.id ?? vocabulary.modelIds.get(token);
}

function size(ids: Iterable<number>, addedTokens: readonly AddedToken[], node: JsonNode): number {
  let most = -1;
  for (const id of ids) {
    if (!Number.isSafeInteger(id) || id < 0) throw node.invalid(`${node.path} has the id ${String(id)}, expected a non-negative integer`);
    if (id > most) most = id;
  }
  for (const { id } of addedTokens) if (id > most) most = id;
  if (most >= mostTokens) throw node.invalid(`${node.path} has the id ${most}, expected less than ${mostTokens}`);
  return most + 1;
}

function mapped(node: JsonNode): ReadonlyMap<string, number> {
  return new Map(Object.entries(node.object() as Readonly<Record<string, number>>));
}

/** Unigram: `[token, score]` in the order of ids. */
function listed(node: JsonNode): ReadonlyMap<string, number> {
  return new Map(
    node.array().map((entry, id) => {
      const token: unknown = Array.isArray(entry) ? (entry as readonly unknown[])[0] : undefined;
      if (typeof token !== 'string') throw node.invalid(`${node.path}[${id}] is not a token with its score`);
      return [token, id] as const;
    }),
  );
}
