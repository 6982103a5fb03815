import mlx.core as mx

from . import Checkpoint, config

YARN = {
    "type": "yarn", "rope_type": "yarn", "rope_theta": 1000000.0, "factor": 16.0, "original_max_position_embeddings": 16, "beta_fast": 32.0,
    "beta_slow": 1.0, "mscale": 1.0, "mscale_all_dim": 1.0, "llama_4_scaling_beta": 0.1,
}
PLAIN = {"rope_type": "default", "rope_theta": 10000.0, "original_max_position_embeddings": 6, "llama_4_scaling_beta": 0.3}


def settings(**more):
    return config("ministral3", **{"rope_parameters": YARN, **more})


def hugging_face(weights, config):
    """As Mistral's own checkpoints with scaled weights, where what is stored is the weight divided by its scale."""
    scaled = {}
    for name, weight in weights.items():
        if "_proj.weight" in name:
            scale = mx.array(0.5 + 0.01 * len(scaled), dtype=weight.dtype)
            scaled[f"{name}_scale_inv"] = scale
            scaled[name.replace(".weight", ".activation_scale")] = mx.array(1.0, dtype=weight.dtype)
            weight = weight / scale
        scaled[name] = weight
        if name.endswith("q_proj.weight"):
            scaled[name.replace("q_proj.weight", "rotary_emb.inv_freq")] = mx.ones(8)
    if config["tie_word_embeddings"]:
        scaled["lm_head.weight"] = weights["model.embed_tokens.weight"]
    return scaled, config


CHECKPOINTS = {
    "dense": Checkpoint(settings()),
    "windows": Checkpoint(settings(
        num_hidden_layers=4, sliding_window=8, layer_types=["sliding_attention", "full_attention"] * 2, rope_parameters=PLAIN,
        tie_word_embeddings=True, head_dim=None, num_key_value_heads=None,
    )),
    "mscale": Checkpoint(settings(rope_parameters={**YARN, "mscale": 1.4, "mscale_all_dim": 0.7}), dtype="float16"),
    "4-bit-64": Checkpoint(
        settings(hidden_size=128, intermediate_size=192), quantization=(64, 4, "affine"), dtype="bfloat16",
        overrides={"v_proj": {"group_size": 32, "bits": 8}, "embed_tokens": {"group_size": 128, "bits": 6}, "layers.2.mlp.down_proj": False},
    ),
    "hugging-face": Checkpoint(settings(rope_parameters=PLAIN), hugging_face=hugging_face),
    "hugging-face-tied": Checkpoint(settings(tie_word_embeddings=True), hugging_face=hugging_face),
    "mxfp8": Checkpoint(settings(rope_parameters=PLAIN), quantization=(32, 8, "mxfp8")),
}
