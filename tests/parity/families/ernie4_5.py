from . import Checkpoint, config

CHECKPOINTS = {
    "dense": Checkpoint(config("ernie4_5", use_bias=False)),
    "biases-tied": Checkpoint(config("ernie4_5", use_bias=True, tie_word_embeddings=True, head_dim=None, rope_theta=500000.0)),
    "nvfp4": Checkpoint(config("ernie4_5", use_bias=True, head_dim=32), quantization=(16, 4, "nvfp4"), dtype="bfloat16"),
    "8-bit-64": Checkpoint(
        config("ernie4_5", use_bias=False, hidden_size=128, intermediate_size=192, tie_word_embeddings=True), quantization=(64, 8, "affine"),
    ),
}
