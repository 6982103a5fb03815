from . import Checkpoint, config
from .llama import WIDE

LONG = [1.0, 1.1, 1.3, 1.7, 2.5, 4.0, 6.0, 9.0]
LONGROPE = dict(rope_scaling={"type": "longrope", "short_factor": [1.0] * 8, "long_factor": LONG}, original_max_position_embeddings=32)

CHECKPOINTS = {
    "5-bit": Checkpoint(config("phi3"), quantization=(32, 5, "affine")),
    "longrope": Checkpoint(config("phi3", **LONGROPE)),
    "su-partial-8-bit-g64": Checkpoint(
        config("phi3", **{**WIDE, **LONGROPE, "partial_rotary_factor": 0.5, "rope_scaling": {**LONGROPE["rope_scaling"], "type": "su"}}), quantization=(64, 8, "affine"),
    ),
    "linear-tied": Checkpoint(
        config("phi3", rope_scaling={"type": "linear", "factor": 4.0, "long_factor": []}, rope_traditional=True, tie_word_embeddings=True, drop=("num_key_value_heads",)),
        dtype="bfloat16",
    ),
    "short-context-longrope": Checkpoint(config("phi3", **{**LONGROPE, "original_max_position_embeddings": 1024}), quantization=(32, 3, "affine")),
}
