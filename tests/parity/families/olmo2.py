import mlx.core as mx

from . import Checkpoint, config

LLAMA3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64}


def hugging_face(weights, config):
    for layer in range(config["num_hidden_layers"]):
        weights[f"model.layers.{layer}.self_attn.rotary_emb.inv_freq"] = mx.ones(8)
    return weights, config


CHECKPOINTS = {
    "dense": Checkpoint(config("olmo2")),
    "nvfp4": Checkpoint(config("olmo2"), quantization=(16, 4, "nvfp4")),
    "biases-mxfp8": Checkpoint(config("olmo2", attention_bias=True, mlp_bias=True, tie_word_embeddings=True), quantization=(32, 8, "mxfp8")),
    "biases-tied": Checkpoint(config("olmo2", attention_bias=True, mlp_bias=True, tie_word_embeddings=True, num_key_value_heads=4)),
    "defaults": Checkpoint(
        config("olmo2", rope_traditional=True, rope_scaling=LLAMA3, drop=("head_dim", "num_key_value_heads", "tie_word_embeddings")),
        quantization=(32, 8, "affine"), dtype="bfloat16",
    ),
    "hugging-face": Checkpoint(config("olmo2"), hugging_face=hugging_face),
}
