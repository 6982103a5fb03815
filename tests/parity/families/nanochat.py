from . import Checkpoint, config


def settings(**more):
    return config("nanochat", drop=("head_dim", "rms_norm_eps", "tie_word_embeddings"), **{"intermediate_size": 256, **more})


CHECKPOINTS = {
    "dense": Checkpoint(settings()),
    "2-bit": Checkpoint(settings(num_key_value_heads=4, rope_theta=50000.0), quantization=(32, 2, "affine")),
    "6-bit-128": Checkpoint(settings(hidden_size=128, num_hidden_layers=2), quantization=(128, 6, "affine"), dtype="bfloat16"),
}
