import mlx.core as mx

from . import Checkpoint, config
from .llama import LLAMA3, WIDE, with_frequencies


def with_next_token_layers(weights, config):
    """Layers that predict tokens further on, which nobody runs, beside what old and tied checkpoints carry."""
    weights, config = with_frequencies(weights, config)
    for name in ("input_layernorm.weight", "token_layernorm.weight", "input_proj.weight", "self_attn.q_proj.bias"):
        weights[f"model.mtp_layers.0.{name}"] = mx.ones((64, 64) if "proj.weight" in name else (64,))
    return weights, {**config, "num_nextn_predict_layers": 1}


# head_dim is another than hidden_size / num_attention_heads in one of them: it does not count here.
CHECKPOINTS = {
    "dense": Checkpoint(config("mimo", rope_theta=640000.0)),
    "4-bit-g64": Checkpoint(config("mimo", rope_scaling=LLAMA3, **WIDE), quantization=(64, 4, "affine"), dtype="bfloat16"),
    "mxfp8": Checkpoint(config("mimo", num_key_value_heads=4, head_dim=32, rope_traditional=True, tie_word_embeddings=True), quantization=(32, 8, "mxfp8")),
    "defaults": Checkpoint(config("mimo", drop=("rope_theta", "head_dim", "tie_word_embeddings", "max_position_embeddings")), dtype="float16"),
    "hugging-face": Checkpoint(config("mimo", tie_word_embeddings=True), hugging_face=with_next_token_layers, shard_bytes=50_000),
}
