import { prependScheme } from '../encoding/pre-tokenizer.js';
import { regularExpression } from '../encoding/regular-expression.js';
import type { JsonNode } from '../json-node.js';
import { ByteFallbackStage } from './byte-fallback-stage.js';
import { ByteLevelStage } from './byte-level-stage.js';
import { type DecoderStage, eachToken } from './decoder-stage.js';
import { joinedBySpaces, metaspaceStage, stripEach, StripWhole, wordPieceStage, WordEndStage } from './text-stages.js';

/** Makes the stages of one text; `whole` where all its tokens are there at once. */
export type DecoderFactory = (whole: boolean) => readonly DecoderStage[];

type StageFactory = (whole: boolean) => DecoderStage;

/**
 * The decoder of a tokenizer.json as stages that work on tokens as they come, each in linear time and with bounded
 * memory. Follows the decoders of the Rust package `tokenizers`.
 * @throws `TokenizerError` where its type is unknown
 */
export function decoderFactory(node: JsonNode): DecoderFactory {
  if (node.isNothing) return () => [joinedBySpaces()];
  const stages: StageFactory[] = [];
  let fused = false;
  for (const step of steps(node)) {
    const type = step.get('type').string();
    const stage = stageFactory(step, type, fused);
    if (stage !== undefined) stages.push(stage);
    fused ||= type === 'Fuse' || type === 'ByteLevel';
  }
  return (whole) => stages.map((stage) => stage(whole));
}

function steps(node: JsonNode): readonly JsonNode[] {
  return node.get('type').string() === 'Sequence' ? node.get('decoders').items().flatMap(steps) : [node];
}

/** @param fused - whether the tokens have become one text by now */
function stageFactory(node: JsonNode, type: string, fused: boolean): StageFactory | undefined {
  switch (type) {
    case 'Fuse':
      return undefined;
    case 'ByteLevel':
      return () => new ByteLevelStage();
    case 'ByteFallback':
      return (whole) => new ByteFallbackStage(whole);
    case 'Replace':
      return replace(node, fused);
    case 'Strip':
      return strip(node, fused);
    case 'Metaspace': {
      const mark = node.get('replacement').string('▁');
      const dropsFirst = prependScheme(node) !== 'never';
      return () => metaspaceStage(mark, dropsFirst);
    }
    case 'WordPiece': {
      const prefix = node.get('prefix').string('##');
      const cleansUp = node.get('cleanup').boolean(true);
      return () => wordPieceStage(prefix, cleansUp);
    }
    case 'BPEDecoder': {
      const suffix = node.get('suffix').string('</w>');
      return () => new WordEndStage(suffix);
    }
    default:
      throw node.unsupported('decoder', type);
  }
}

function replace(node: JsonNode, fused: boolean): StageFactory {
  const content = node.get('content').string();
  const pattern = regularExpression(node.get('pattern'));
  const literal: unknown = node.get('pattern').get('String').value;
  // A pattern of more than one character could lie across two pieces of a fused text.
  if (fused && (typeof literal !== 'string' || literal.length !== 1)) throw node.unsupported('decoder', 'Replace after Fuse');
  return () => eachToken((token) => token.replace(pattern, () => content));
}

function strip(node: JsonNode, fused: boolean): StageFactory {
  const character = node.get('content').string();
  const start = node.get('start').index(0);
  const stop = node.get('stop').index(0);
  return () => (fused ? new StripWhole(character, start, stop) : stripEach(character, start, stop));
}
