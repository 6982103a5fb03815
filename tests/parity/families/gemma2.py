from . import Checkpoint, config
from .llama import WIDE

CHECKPOINTS = {
    "dense": Checkpoint(config("gemma2", query_pre_attn_scalar=16.0, attn_logit_softcapping=50.0, final_logit_softcapping=30.0)),
    "4-bit-g128": Checkpoint(config("gemma2", query_pre_attn_scalar=24.0, attn_logit_softcapping=4.0, final_logit_softcapping=5.0, sliding_window=8, **WIDE), quantization=(128, 4, "affine")),
    "defaults-6-bit-g64": Checkpoint(config("gemma2", num_key_value_heads=4, rope_traditional=True, **WIDE), quantization=(64, 6, "affine"), dtype="bfloat16"),
}
