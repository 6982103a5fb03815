import type { CheckpointTensors } from '../../sanitize/checkpoint-tensors.js';

/** Drops what no graph reads: tables of rotary frequencies and, where the embedding is the head, `lm_head`. */
export function dropUnused(tensors: CheckpointTensors, { tieWordEmbeddings = false, prefix = '' }: { readonly tieWordEmbeddings?: boolean; readonly prefix?: string } = {}): void {
  tensors.drop((name) => name.includes('rotary_emb.inv_freq') || (tieWordEmbeddings && name.startsWith(`${prefix}lm_head.`)));
}
