from . import Checkpoint, config
from .llama import WIDE, with_frequencies

CHECKPOINTS = {
    "tied-6-bit": Checkpoint(config("qwen2", tie_word_embeddings=True), quantization=(32, 6, "affine")),
    "2-bit-g64": Checkpoint(config("qwen2", num_key_value_heads=4, **WIDE), quantization=(64, 2, "affine")),
    "yarn": Checkpoint(config("qwen2", rope_scaling={"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32}, drop=("rope_theta",)), dtype="bfloat16"),
    "hugging-face": Checkpoint(config("qwen2", tie_word_embeddings=True), hugging_face=with_frequencies, shard_bytes=50_000),
}
