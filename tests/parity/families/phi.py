from . import Checkpoint, config
from .llama import WIDE

PHI = dict(num_key_value_heads=4, layer_norm_eps=1e-5)

CHECKPOINTS = {
    "dense": Checkpoint(config("phi", **PHI, partial_rotary_factor=0.5)),
    "5-bit-g128": Checkpoint(config("phi", **{**PHI, **WIDE, "num_key_value_heads": 2}), quantization=(128, 5, "affine")),
    "float16": Checkpoint(config("phi", partial_rotary_factor=1.0, drop=("num_key_value_heads", "head_dim", "rms_norm_eps"), **{"num_attention_heads": 32, "hidden_size": 128}), dtype="float16"),
}
