from expert_layouts import PROJECTIONS, unstack

from . import Checkpoint, config


def hugging_face(weights, settings):
    return unstack(weights, "mlp.switch_mlp", "mlp.experts", PROJECTIONS), settings


SETTINGS = dict(num_experts=8, num_experts_per_tok=3, moe_intermediate_size=32, shared_expert_intermediate_size=96, drop=("head_dim",))
CHECKPOINTS = {
    "dense": Checkpoint(config("qwen2_moe", **SETTINGS)),
    "4-bit": Checkpoint(config("qwen2_moe", **SETTINGS), quantization=(32, 4, "affine")),
    "hugging-face": Checkpoint(config("qwen2_moe", **SETTINGS), hugging_face=hugging_face),
}
