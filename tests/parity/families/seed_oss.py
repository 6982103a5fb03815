from . import Checkpoint, config
from .llama import WIDE
from .qwen3 import with_head

CHECKPOINTS = {
    "mxfp4": Checkpoint(config("seed_oss", attention_bias=True), quantization=(32, 4, "mxfp4")),
    "tied": Checkpoint(config("seed_oss", attention_bias=True, attention_out_bias=True, mlp_bias=True, tie_word_embeddings=True, head_dim=24), dtype="float16"),
    "nvfp4": Checkpoint(config("seed_oss", rope_scaling={"type": "linear", "factor": 2.0}, **WIDE), quantization=(16, 4, "nvfp4"), overrides={"v_proj": {"group_size": 64, "bits": 6}}),
    "hugging-face": Checkpoint(config("seed_oss", tie_word_embeddings=True), hugging_face=with_head),
}
