import type { JsonNode } from '../json-node.js';

/** Tokens that are put around every text. */
export interface SurroundingTokens {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/**
 * What the post-processor of a tokenizer.json puts around a single text.
 * @throws `TokenizerError` where its type is unknown
 */
export function surroundingTokens(node: JsonNode): SurroundingTokens {
  if (node.isNothing) return { before: [], after: [] };
  const type = node.get('type').string();
  switch (type) {
    case 'ByteLevel':
      return { before: [], after: [] };
    case 'Sequence':
      return nested(node.get('processors').items().map(surroundingTokens));
    case 'TemplateProcessing':
      return template(node.get('single').items());
    case 'BertProcessing':
    case 'RobertaProcessing':
      return { before: [firstOf(node.get('cls'))], after: [firstOf(node.get('sep'))] };
    default:
      throw node.unsupported('post-processor', type);
  }
}

/** Each processor puts its tokens around what the one before it made. */
function nested(parts: readonly SurroundingTokens[]): SurroundingTokens {
  return parts.reduce((inner, outer) => ({ before: [...outer.before, ...inner.before], after: [...inner.after, ...outer.after] }), {
    before: [],
    after: [],
  });
}

function template(items: readonly JsonNode[]): SurroundingTokens {
  const text = items.findIndex((item) => !item.get('Sequence').isNothing);
  const tokens = (part: readonly JsonNode[]): string[] => part.map((item) => item.get('SpecialToken').get('id').string());
  return text === -1 ? { before: tokens(items), after: [] } : { before: tokens(items.slice(0, text)), after: tokens(items.slice(text + 1)) };
}

function firstOf(pair: JsonNode): string {
  return pair.items()[0]?.string() ?? pair.fail('a token with its id');
}
