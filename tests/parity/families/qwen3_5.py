import mlx.core as mx

from recurrent_layouts import norms_less_one, taps_last

from . import Checkpoint, config


def hugging_face(weights, settings):
    renamed = {name.replace("language_model.model", "model.language_model").replace("language_model.lm_head", "lm_head"): value for name, value in weights.items()}
    extra = {"model.visual.blocks.0.norm1.weight": mx.ones((8,)), "mtp.norm.weight": mx.ones((8,))}
    return {**norms_less_one(taps_last(renamed)), **extra}, settings


def text(**changes):
    return config("qwen3_5_text", **{**dict(
        num_hidden_layers=4, linear_num_value_heads=4, linear_num_key_heads=2, linear_key_head_dim=16, linear_value_head_dim=16, linear_conv_kernel_dim=4,
        full_attention_interval=4, rope_parameters={"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.5, "mrope_section": [2, 1, 1]}), **changes})


CHECKPOINTS = {
    "dense": Checkpoint({"model_type": "qwen3_5", "text_config": text()}),
    "flat-4-bit": Checkpoint({**text(), "model_type": "qwen3_5"}, quantization=(32, 4, "affine")),
    "biases-mrope": Checkpoint({"model_type": "qwen3_5", "text_config": text(
        attention_bias=True, full_attention_interval=2, rope_parameters={"type": "mrope", "rope_theta": 10000.0, "mrope_section": [1, 1, 0]})}),
    "null-rope-parameters": Checkpoint({"model_type": "qwen3_5", "text_config": text(rope_parameters=None, rope_theta=500.0, partial_rotary_factor=1.0)}),
    "null-rope-parameters-scaled": Checkpoint({"model_type": "qwen3_5", "text_config": text(
        rope_parameters=None, rope_theta=500.0, partial_rotary_factor=0.5, rope_scaling={"type": "linear", "factor": 2.0})}),
    "dynamic": Checkpoint({"model_type": "qwen3_5", "text_config": text(
        max_position_embeddings=34, rope_parameters={"type": "dynamic", "factor": 2.0, "rope_theta": 10000.0, "partial_rotary_factor": 1.0})}, stepwise_only=True),
    "tied-hugging-face": Checkpoint({"model_type": "qwen3_5", "text_config": text(tie_word_embeddings=True)}, hugging_face=hugging_face),
}
