import mlx.core as mx

from . import Checkpoint
from .qwen3_5 import hugging_face as dense_hugging_face
from .qwen3_5 import text

EXPERTS = dict(num_experts=8, num_experts_per_tok=2, shared_expert_intermediate_size=32, moe_intermediate_size=32)


def hugging_face(weights, settings):
    weights, settings = dense_hugging_face(weights, settings)
    result = {}
    for name, value in weights.items():
        if ".switch_mlp.gate_proj." in name:
            name, value = name.replace("switch_mlp.gate_proj.weight", "experts.gate_up_proj"), mx.concatenate([value, weights[name.replace("gate_proj", "up_proj")]], axis=-2)
        if ".switch_mlp.up_proj." not in name:
            result[name.replace("switch_mlp.down_proj.weight", "experts.down_proj")] = value
    return result, settings


CHECKPOINTS = {
    "dense": Checkpoint({"model_type": "qwen3_5_moe", "text_config": text(**EXPERTS)}),
    "flat-4-bit": Checkpoint({**text(norm_topk_prob=False, **EXPERTS), "model_type": "qwen3_5_moe"}, quantization=(32, 4, "affine")),
    "hugging-face": Checkpoint({"model_type": "qwen3_5_moe", "text_config": text(**EXPERTS)}, hugging_face=hugging_face),
}
