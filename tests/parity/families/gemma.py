from . import Checkpoint, config
from .llama import WIDE

CHECKPOINTS = {
    "dense": Checkpoint(config("gemma", num_key_value_heads=1)),
    "8-bit-g128": Checkpoint(config("gemma", **WIDE), quantization=(128, 8, "affine"), dtype="float16"),
    "traditional": Checkpoint(config("gemma", head_dim=32, rope_traditional=True, tie_word_embeddings=True), dtype="bfloat16"),
}
