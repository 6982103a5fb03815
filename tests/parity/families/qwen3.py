from . import Checkpoint, config
from .llama import WIDE

YARN = {"rope_theta": 1000000.0, "rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32}


def with_head(weights, config):
    weights["lm_head.weight"] = weights["model.embed_tokens.weight"] * 2
    return weights, config


CHECKPOINTS = {
    "3-bit": Checkpoint(config("qwen3"), quantization=(32, 3, "affine")),
    "tied-5-bit-g64": Checkpoint(config("qwen3", tie_word_embeddings=True, **WIDE), quantization=(64, 5, "affine")),
    "rope-parameters": Checkpoint(config("qwen3", rope_parameters=YARN, head_dim=32, drop=("rope_theta",)), dtype="float16"),
    "hugging-face": Checkpoint(config("qwen3", tie_word_embeddings=True, num_key_value_heads=4), hugging_face=with_head, dtype="bfloat16"),
}
