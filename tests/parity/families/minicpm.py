from . import Checkpoint, config
from .llama import WIDE

MINICPM = dict(dim_model_base=32, scale_depth=1.4, scale_emb=12.0)


def without_head(weights, config):
    weights.pop("lm_head.weight")
    return weights, config


CHECKPOINTS = {
    "dense": Checkpoint(config("minicpm", **MINICPM)),
    "6-bit-g128": Checkpoint(config("minicpm", **{**MINICPM, **WIDE, "rope_scaling": {"type": "linear", "factor": 2.0}}), quantization=(128, 6, "affine")),
    "hugging-face": Checkpoint(config("minicpm", **MINICPM, drop=("tie_word_embeddings", "rope_theta")), hugging_face=without_head, dtype="bfloat16"),
}
