from . import Checkpoint, config


def settings(**more):
    return config("nemotron", drop=("rms_norm_eps",), **{"norm_eps": 1e-5, "hidden_act": "relu2", **more})


CHECKPOINTS = {
    "dense": Checkpoint(settings()),
    "biases-tied": Checkpoint(settings(attention_bias=True, mlp_bias=True, tie_word_embeddings=True, head_dim=None, partial_rotary_factor=0.25)),
    "linear-rope": Checkpoint(settings(rope_scaling={"type": "linear", "factor": 4.0}, partial_rotary_factor=1.0), dtype="bfloat16"),
    "6-bit-64": Checkpoint(
        settings(hidden_size=128, intermediate_size=256, rope_traditional=True), quantization=(64, 6, "affine"), dtype="float16",
    ),
    "2-bit-128": Checkpoint(settings(hidden_size=128, intermediate_size=256, num_key_value_heads=4), quantization=(128, 2, "affine")),
}
