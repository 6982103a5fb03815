from . import Checkpoint, config
from .llama import WIDE

TEXT = dict(num_hidden_layers=7, sliding_window=8, sliding_window_pattern=3, query_pre_attn_scalar=16.0, rope_local_base_freq=10000.0, rope_theta=1000000.0)


def tied(weights, config):
    weights.pop("lm_head.weight")
    return weights, config


CHECKPOINTS = {
    "4-bit": Checkpoint(config("gemma3_text", **TEXT), quantization=(32, 4, "affine")),
    "tied": Checkpoint(config("gemma3_text", **{**TEXT, "rope_scaling": {"rope_type": "linear", "factor": 8.0}}), hugging_face=tied, dtype="bfloat16"),
    "own-head-in-spite-of-config": Checkpoint(config("gemma3_text", **{**TEXT, "hidden_size": 96, "tie_word_embeddings": True})),
    "2-bit-g128": Checkpoint(config("gemma3_text", **TEXT, **WIDE), quantization=(128, 2, "affine")),
    "only-full": Checkpoint(config("gemma3_text", **{**TEXT, "sliding_window_pattern": 1, "num_hidden_layers": 2}), quantization=(32, 5, "affine")),
    "nvfp4": Checkpoint(config("gemma3_text", **{**TEXT, "hidden_size": 96}), quantization=(16, 4, "nvfp4")),
}
