from expert_layouts import W123, unstack

from . import Checkpoint, config


def hugging_face(weights, settings):
    return unstack(weights, "block_sparse_moe.switch_mlp", "block_sparse_moe.experts", W123), settings


SETTINGS = dict(num_local_experts=8, num_experts_per_tok=2, shared_intermediate_size=0, rotary_dim=8, intermediate_size=64)
CHECKPOINTS = {
    "dense": Checkpoint(config("minimax", **SETTINGS)),
    "4-bit": Checkpoint(config("minimax_m2", **SETTINGS), quantization=(32, 4, "affine")),
    "plain": Checkpoint(config("minimax", use_qk_norm=False, tie_word_embeddings=True, **SETTINGS)),
    "hugging-face": Checkpoint(config("minimax", **SETTINGS), hugging_face=hugging_face),
}
