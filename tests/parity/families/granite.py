from . import Checkpoint, config
from .llama import LLAMA3, WIDE
from .qwen3 import with_head

GRANITE = dict(intermediate_size=128, logits_scaling=8.0, attention_multiplier=0.25, embedding_multiplier=12.0, residual_multiplier=0.22, attention_bias=False, mlp_bias=False)

CHECKPOINTS = {
    "mxfp8": Checkpoint(config("granite", **GRANITE), quantization=(32, 8, "mxfp8")),
    "nvfp4": Checkpoint(config("granite", **{**GRANITE, "tie_word_embeddings": True}), quantization=(16, 4, "nvfp4")),
    "biases": Checkpoint(config("granite", **{**GRANITE, **WIDE, "attention_bias": True, "mlp_bias": True, "rope_scaling": LLAMA3}), quantization=(128, 4, "affine"), dtype="bfloat16"),
    "hugging-face": Checkpoint(config("granite", **{**GRANITE, "tie_word_embeddings": True}), hugging_face=with_head),
}
