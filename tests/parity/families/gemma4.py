import mlx.core as mx

from . import VOCABULARY, Checkpoint, config
from .gemma4_text import EXPERTS, SMALL


def multimodal(text, model_type="gemma4"):
    return {"model_type": model_type, "vocab_size": VOCABULARY, "text_config": text}


def with_other_senses(weights, config):
    """As transformers saves it: all under model., the language model without a model of its own."""
    weights = {name.replace("language_model.model.", "model.language_model."): value for name, value in weights.items()}
    for part in ["vision_tower.patch_embedder.weight", "embed_vision.projection.weight", "audio_tower.norm.weight", "embed_audio.projection.weight"]:
        weights[f"model.{part}"] = mx.ones((4, 4))
    return weights, config


CHECKPOINTS = {
    "mxfp4": Checkpoint(multimodal(config("gemma4_text", **SMALL)), quantization=(32, 4, "mxfp4")),
    "experts": Checkpoint(multimodal(config("gemma4_text", **{**SMALL, **EXPERTS})), quantization=(32, 8, "mxfp8")),
    "hugging-face": Checkpoint(multimodal(config("gemma4_text", **SMALL), "gemma4_unified"), hugging_face=with_other_senses, dtype="bfloat16", shard_bytes=80_000),
}
