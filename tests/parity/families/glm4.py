from . import Checkpoint, config


def settings(**more):
    return config("glm4", drop=("tie_word_embeddings",), **{"attention_bias": True, "partial_rotary_factor": 0.5, **more})


CHECKPOINTS = {
    "dense": Checkpoint(settings()),
    "halves": Checkpoint(settings(attention_bias=False, rope_traditional=False, partial_rotary_factor=0.25, head_dim=32)),
    "mxfp4": Checkpoint(settings(), quantization=(32, 4, "mxfp4"), dtype="bfloat16"),
    "6-bit-64": Checkpoint(
        settings(hidden_size=128, intermediate_size=192, partial_rotary_factor=1.0), quantization=(64, 6, "affine"), shard_bytes=100_000,
    ),
}
