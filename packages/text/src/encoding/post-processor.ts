import type { JsonNode } from '../json-node.js';

/** A part of a whole sequence: the first text, the second one, or a token by its text. */
export interface SequencePart {
  readonly kind: 'first' | 'second' | 'token';
  /** Text of the token. */
  readonly token: string;
  /** Segment that its ids belong to. */
  readonly type: number;
}

/** What a post-processor makes of one text and of two. */
export interface SequenceTemplates {
  readonly single: readonly SequencePart[];
  readonly pair: readonly SequencePart[];
}

const first: SequencePart = { kind: 'first', token: '', type: 0 };
const second: SequencePart = { kind: 'second', token: '', type: 1 };
const plain: SequenceTemplates = { single: [first], pair: [first, second] };

/**
 * What the post-processor of a tokenizer.json puts around texts.
 * @throws `TokenizerError` where its type is unknown
 */
export function sequenceTemplates(node: JsonNode): SequenceTemplates {
  if (node.isNothing) return plain;
  const type = node.get('type').string();
  switch (type) {
    case 'ByteLevel':
      return plain;
    case 'Sequence':
      return node.get('processors').items().map(sequenceTemplates).reduce(around, plain);
    case 'TemplateProcessing':
      return { single: template(node.get('single')), pair: node.get('pair').isNothing ? plain.pair : template(node.get('pair')) };
    case 'BertProcessing':
      return bert(node);
    case 'RobertaProcessing':
      return roberta(node);
    default:
      throw node.unsupported('post-processor', type);
  }
}

function bert(node: JsonNode): SequenceTemplates {
  const [cls, sep] = [tokenOf(node.get('cls')), tokenOf(node.get('sep'))];
  return { single: [cls, first, sep], pair: [cls, first, sep, second, { ...sep, type: 1 }] };
}

/** Two ends between the texts, and one segment for all. */
function roberta(node: JsonNode): SequenceTemplates {
  const [cls, sep] = [tokenOf(node.get('cls')), tokenOf(node.get('sep'))];
  return { single: [cls, first, sep], pair: [cls, first, sep, sep, { ...second, type: 0 }, sep] };
}

/** Each processor puts its tokens around what the one before it made of one text; of two texts, the last that says anything counts. */
function around(inner: SequenceTemplates, outer: SequenceTemplates): SequenceTemplates {
  const single = outer.single.flatMap((part) => (part.kind === 'first' ? inner.single : [part]));
  return { single, pair: outer.pair === plain.pair ? inner.pair : outer.pair };
}

function template(node: JsonNode): readonly SequencePart[] {
  return node.items().map((item) => {
    const sequence = item.get('Sequence');
    const part = sequence.isNothing ? item.get('SpecialToken') : sequence;
    const type = part.get('type_id').index(0);
    if (sequence.isNothing) return { kind: 'token', token: part.get('id').string(), type };
    return { kind: part.get('id').string() === 'B' ? 'second' : 'first', token: '', type };
  });
}

function tokenOf(pair: JsonNode): SequencePart {
  return { kind: 'token', token: pair.items()[0]?.string() ?? pair.fail('a token with its id'), type: 0 };
}
