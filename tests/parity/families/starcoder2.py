from . import Checkpoint, config


def settings(**more):
    return config("starcoder2", drop=("head_dim", "rms_norm_eps"), norm_epsilon=1e-5, **more)


CHECKPOINTS = {
    "dense": Checkpoint(settings()),
    "tied-bfloat16": Checkpoint(settings(tie_word_embeddings=True, num_key_value_heads=4, rope_theta=999999.4), dtype="bfloat16"),
    "mxfp8": Checkpoint(settings(tie_word_embeddings=True), quantization=(32, 8, "mxfp8")),
    "4-bit-64": Checkpoint(
        settings(hidden_size=128, intermediate_size=512, num_key_value_heads=1), quantization=(64, 4, "affine"), dtype="float16",
        overrides={"lm_head": {"group_size": 32, "bits": 6}, "layers.1.mlp": False},
    ),
    "nvfp4": Checkpoint(settings(), quantization=(16, 4, "nvfp4")),
}
