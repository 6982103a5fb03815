import mlx.core as mx

from . import Checkpoint, config
from .llama import WIDE


def with_frequencies(weights, config):
    for layer in range(config["num_hidden_layers"]):
        weights[f"model.layers.{layer}.attention.rope.inv_freq"] = mx.ones((8,))
    return weights, config


CHECKPOINTS = {
    "dense": Checkpoint(config("internlm3")),
    "biases-8-bit-g64": Checkpoint(config("internlm3", bias=True, qkv_bias=True, tie_word_embeddings=True, **WIDE), quantization=(64, 8, "affine")),
    "linear": Checkpoint(config("internlm3", qkv_bias=True, rope_scaling={"rope_type": "linear", "factor": 2.0}, rope_traditional=True), dtype="float16"),
    "dynamic": Checkpoint(config("internlm3", bias=True, rope_scaling={"rope_type": "dynamic", "factor": 6.0}, max_position_embeddings=34), stepwise_only=True),
    "hugging-face": Checkpoint(config("internlm3"), hugging_face=with_frequencies, dtype="bfloat16"),
}
