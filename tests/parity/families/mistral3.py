import mlx.core as mx

from . import Checkpoint, config
from .ministral3 import settings as ministral3_config


def settings(text=None, **more):
    return dict(model_type="mistral3", text_config=text or config("mistral", drop=("tie_word_embeddings",)), vision_config={"hidden_size": 32}, **more)


VISION = {
    "vision_tower.patch_conv.weight": (8, 4, 4, 3), "vision_tower.transformer.layers.0.attention.q_proj.weight": (8, 8),
    "multi_modal_projector.linear_1.weight": (64, 8), "multi_modal_projector.norm.weight": (8,),
}


def with_vision(weights, config):
    return {**weights, **{name: mx.zeros(shape) for name, shape in VISION.items()}}, config


def hugging_face(weights, config):
    """transformers 5 puts all of it below `model`, except the head."""
    renamed = {name.replace("language_model.model.", "model.language_model.").replace("language_model.lm_head.", "lm_head."): weight
               for name, weight in weights.items()}
    return {**renamed, **{f"model.{name}": mx.zeros(shape) for name, shape in VISION.items()}}, config


WINDOWS = ministral3_config(sliding_window=8, layer_types=["full_attention", "sliding_attention", "sliding_attention"])
MISTRAL = config("mistral", num_hidden_layers=4, sliding_window=7, layer_types=["sliding_attention", "full_attention"] * 2)

CHECKPOINTS = {
    "mistral": Checkpoint(settings(), hugging_face=with_vision),
    "mistral-windows-tied": Checkpoint(settings({**MISTRAL, "tie_word_embeddings": True}), dtype="bfloat16"),
    "ministral3": Checkpoint(settings(WINDOWS)),
    "ministral3-3-bit": Checkpoint(
        settings(WINDOWS), quantization=(32, 3, "affine"), overrides={"o_proj": {"group_size": 64, "bits": 4}, "layers.0.mlp": False},
    ),
    "llava": Checkpoint({**settings(), "model_type": "llava"}, quantization=(32, 8, "mxfp8"), dtype="float16"),
    "hugging-face": Checkpoint(settings(), hugging_face=hugging_face),
    "hugging-face-ministral3": Checkpoint(settings(WINDOWS), hugging_face=hugging_face, dtype="bfloat16"),
}
