import mlx.core as mx

from . import Checkpoint, config

LLAMA3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64}
YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64}
# As yarn is tuned by some: other ends of the ramp, and an amplitude that the two scales make.
YARN_TUNED = {"rope_type": "yarn", "factor": 8.0, "original_max_position_embeddings": 32, "beta_fast": 16.0, "beta_slow": 2.0, "mscale": 1.2, "mscale_all_dim": 0.7}
WIDE = dict(hidden_size=128, intermediate_size=256, head_dim=32)
SLIDING = ["sliding_attention", "full_attention", "sliding_attention"]


def with_frequencies(weights, config):
    """The tables that old checkpoints carry, and a head that is the embedding once more."""
    for layer in range(config["num_hidden_layers"]):
        weights[f"model.layers.{layer}.self_attn.rotary_emb.inv_freq"] = mx.ones((8,))
    weights["lm_head.weight"] = weights["model.embed_tokens.weight"] * 2
    return weights, config


CHECKPOINTS = {
    "dense": Checkpoint(config("llama")),
    "4-bit": Checkpoint(config("llama"), quantization=(32, 4, "affine")),
    "3-bit-g128": Checkpoint(config("llama", **WIDE), quantization=(128, 3, "affine")),
    "llama3-rope": Checkpoint(config("llama", rope_theta=500000.0, rope_scaling=LLAMA3, tie_word_embeddings=True)),
    "yarn": Checkpoint(config("llama", rope_scaling=YARN), quantization=(64, 8, "affine")),
    "yarn-tuned": Checkpoint(config("llama", rope_scaling=YARN_TUNED)),
    "linear-rope-traditional": Checkpoint(config("llama", rope_scaling={"type": "linear", "factor": 3.0}, rope_traditional=True, drop=("num_key_value_heads",))),
    "dynamic-rope": Checkpoint(config("llama", rope_scaling={"rope_type": "dynamic", "factor": 2.0}, max_position_embeddings=34), stepwise_only=True),
    "longrope": Checkpoint(config("llama", rope_scaling={
        "rope_type": "longrope", "original_max_position_embeddings": 64,
        "short_factor": [1.0] * 8, "long_factor": [1.0, 1.1, 1.3, 1.7, 2.5, 4.0, 6.0, 9.0],
    })),
    "mrope": Checkpoint(config("llama", rope_scaling={"type": "mrope", "mrope_section": [2, 3, 3]})),
    "proportional-rope": Checkpoint(config("llama", rope_scaling={"rope_type": "proportional", "partial_rotary_factor": 0.5, "factor": 2.0})),
    "biases": Checkpoint(config("llama", attention_bias=True, mlp_bias=True, head_dim=24), dtype="float16"),
    "sliding": Checkpoint(config("llama", layer_types=SLIDING, sliding_window=8, **WIDE), quantization=(64, 4, "affine")),
    "hugging-face": Checkpoint(config("llama", tie_word_embeddings=True), hugging_face=with_frequencies),
    "mixed-bits": Checkpoint(
        config("llama", **WIDE), quantization=(64, 4, "affine"), dtype="bfloat16",
        overrides={"v_proj": {"group_size": 32, "bits": 6}, "layers.0.mlp": False, "lm_head": {"group_size": 128, "bits": 8}, "down_proj": {"group_size": 32, "bits": 4, "mode": "mxfp4"}},
    ),
    "mistral": Checkpoint(config("mistral", num_key_value_heads=1, sliding_window=8), quantization=(32, 2, "affine")),
    "sharded-bfloat16": Checkpoint(config("llama"), dtype="bfloat16", shard_bytes=40_000),
}
