import mlx.core as mx

from . import VOCABULARY, Checkpoint, config
from .gemma3_text import TEXT
from .llama import WIDE


def multimodal(text):
    return {"model_type": "gemma3", "vocab_size": VOCABULARY, "text_config": text}


def with_vision(weights, config):
    weights["vision_tower.vision_model.embeddings.patch_embedding.weight"] = mx.ones((4, 2, 2, 3))
    weights["multi_modal_projector.mm_input_projection_weight"] = mx.ones((4, 4))
    weights.pop("language_model.lm_head.weight")
    return weights, config


CHECKPOINTS = {
    "8-bit": Checkpoint(multimodal(config("gemma3_text", **TEXT)), quantization=(32, 8, "affine")),
    "hugging-face": Checkpoint(
        multimodal(config("gemma3_text", **TEXT, drop=("vocab_size", "tie_word_embeddings"))), hugging_face=with_vision, dtype="bfloat16", shard_bytes=60_000,
    ),
    "default-heads-g64": Checkpoint(
        multimodal(config("gemma3_text", **TEXT, **{**WIDE, "head_dim": 16}, drop=("num_attention_heads", "num_key_value_heads"))), quantization=(64, 3, "affine"),
    ),
}
