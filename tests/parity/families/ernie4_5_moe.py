from expert_layouts import PROJECTIONS, unstack

from . import Checkpoint, config


def hugging_face(weights, settings):
    return unstack(weights, "mlp.switch_mlp", "mlp.experts", PROJECTIONS), settings


SETTINGS = dict(use_bias=False, moe_num_experts=8, moe_k=2, moe_intermediate_size=32, moe_num_shared_experts=2, moe_layer_start_index=1)
CHECKPOINTS = {
    "dense": Checkpoint(config("ernie4_5_moe", **SETTINGS)),
    "sigmoid-biases-4-bit": Checkpoint(
        config("ernie4_5_moe", **{**SETTINGS, "use_bias": True, "moe_gate_act": "sigmoid", "moe_layer_interval": 2, "moe_layer_start_index": [0, 0], "moe_layer_end_index": [2, 2]}),
        quantization=(32, 4, "affine")),
    "tied-hugging-face": Checkpoint(config("ernie4_5_moe", tie_word_embeddings=True, **{**SETTINGS, "moe_num_shared_experts": 0}), hugging_face=hugging_face),
}
