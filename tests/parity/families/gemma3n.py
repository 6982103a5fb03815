import mlx.core as mx

from . import VOCABULARY, Checkpoint, config
from .llama import WIDE

TYPES = ["sliding_attention", "full_attention", "sliding_attention", "full_attention", "sliding_attention"]


def gemma3n(drop=(), **settings):
    text = dict(
        num_hidden_layers=5, num_kv_shared_layers=2, vocab_size_per_layer_input=100, sliding_window=8, rope_local_base_freq=10000.0, rope_theta=1000000.0,
        final_logit_softcapping=30.0, layer_types=TYPES, activation_sparsity_pattern=[0.95, 0.6, 0.0, 0.0, 0.0], hidden_size_per_layer_input=32,
        altup_num_inputs=4, altup_coef_clip=0.8, altup_correct_scale=True, altup_active_idx=0, laurel_rank=32,
    )
    return {"model_type": "gemma3n", "text_config": config("gemma3n_text", drop=drop, **{**text, **settings})}


def with_other_senses(weights, config):
    for part in ["vision_tower.conv_stem.weight", "audio_tower.norm.weight", "embed_audio.embedding.weight", "embed_vision.embedding.weight"]:
        weights[f"model.{part}"] = mx.ones((4, 4))
    return weights, config


CHECKPOINTS = {
    "dense": Checkpoint(gemma3n()),
    "4-bit": Checkpoint(gemma3n(intermediate_size=[64, 96, 64, 128, 64], altup_active_idx=1, altup_correct_scale=False, final_logit_softcapping=None), quantization=(32, 4, "affine")),
    "unshared-3-bit-g64": Checkpoint(gemma3n(num_kv_shared_layers=0, altup_num_inputs=2, altup_coef_clip=None, activation_sparsity_pattern=[0.3] * 5, **WIDE), quantization=(64, 3, "affine")),
    "hugging-face": Checkpoint(gemma3n(), hugging_face=with_other_senses, dtype="bfloat16"),
    "mxfp4": Checkpoint(gemma3n(), quantization=(32, 4, "mxfp4")),
}
