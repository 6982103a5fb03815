from expert_layouts import PROJECTIONS, unstack

from . import Checkpoint, config


def hugging_face(weights, settings):
    return unstack(weights, "mlp.switch_mlp", "mlp.experts", PROJECTIONS), settings


SETTINGS = dict(num_experts=8, num_experts_per_tok=4, intermediate_size=32)
CHECKPOINTS = {
    "dense": Checkpoint(config("olmoe", **SETTINGS)),
    "normalized-biases-nvfp4": Checkpoint(config("olmoe", norm_topk_prob=True, attention_bias=True, mlp_bias=True, **SETTINGS), quantization=(16, 4, "nvfp4")),
    "tied-hugging-face": Checkpoint(config("olmoe", tie_word_embeddings=True, **SETTINGS), hugging_face=hugging_face),
}
