from expert_layouts import W123, unstack

from . import Checkpoint, config


def hugging_face(weights, settings):
    return unstack(weights, "block_sparse_moe.switch_mlp", "block_sparse_moe.experts", W123), settings


SETTINGS = dict(num_local_experts=8, num_experts_per_tok=2, drop=("head_dim",))
CHECKPOINTS = {
    "dense": Checkpoint(config("mixtral", **SETTINGS)),
    "8-bit": Checkpoint(config("mixtral", **SETTINGS), quantization=(32, 8, "affine")),
    "tied-hugging-face": Checkpoint(config("mixtral", tie_word_embeddings=True, **SETTINGS), hugging_face=hugging_face),
    "quantized-experts-apart": Checkpoint(config("mixtral", **SETTINGS), quantization=(32, 4, "affine"), hugging_face=hugging_face),
}
