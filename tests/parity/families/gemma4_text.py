import mlx.core as mx

from . import Checkpoint, config
from .llama import WIDE

SMALL = dict(
    num_hidden_layers=6, num_kv_shared_layers=2, global_head_dim=32, vocab_size_per_layer_input=160, hidden_size_per_layer_input=32, sliding_window=8,
    sliding_window_pattern=2, use_double_wide_mlp=True, tie_word_embeddings=True,
)
EXPERTS = dict(
    num_kv_shared_layers=0, hidden_size_per_layer_input=0, attention_k_eq_v=True, num_global_key_value_heads=1, enable_moe_block=True,
    num_experts=8, top_k_experts=2, moe_intermediate_size=64, use_double_wide_mlp=False,
)
ROPES = {
    "full_attention": {"rope_type": "proportional", "partial_rotary_factor": 0.5, "rope_theta": 500000.0, "factor": 2.0},
    "sliding_attention": {"rope_type": "linear", "factor": 2.0, "rope_theta": 20000.0},
}
# Experts keep 8 bits in their router, which needs 64 columns.
SMALL_TYPES = ["full_attention", "sliding_attention", "sliding_attention", "full_attention", "sliding_attention", "full_attention"]


def fused_experts(weights, config):
    """Gate and up of all experts in one tensor, statistics of quantization, and keys that shared layers do not read."""
    for name in [name for name in weights if name.endswith("switch_glu.gate_proj.weight")]:
        base = name.removesuffix(".switch_glu.gate_proj.weight")
        up = weights.pop(f"{base}.switch_glu.up_proj.weight")
        weights[f"{base}.gate_up_proj"] = mx.concatenate([weights.pop(name), up], axis=-2)
        weights[f"{base}.down_proj"] = weights.pop(f"{base}.switch_glu.down_proj.weight")
    for name in [name for name in weights if name.endswith("self_attn.o_proj.weight")]:
        base = name.removesuffix(".o_proj.weight")
        weights[f"{base}.rotary_emb.inv_freq"] = mx.ones((4,))
        weights[f"{base}.o_proj.input_max"] = mx.ones((1,))
    return weights, config


def shared_keys(weights, config):
    for layer in (4, 5):
        for part in ("k_proj", "v_proj", "k_norm"):
            weights[f"model.layers.{layer}.self_attn.{part}.weight"] = mx.ones((32, 64) if part != "k_norm" else (16,))
    return weights, config


CHECKPOINTS = {
    "dense": Checkpoint(config("gemma4_text", **SMALL)),
    "layer-types-4-bit": Checkpoint(
        config("gemma4_text", **{**SMALL, "layer_types": SMALL_TYPES, "rope_parameters": ROPES, "use_double_wide_mlp": False, "tie_word_embeddings": False, "final_logit_softcapping": 5.0}),
        quantization=(32, 4, "affine"),
    ),
    "experts-6-bit-g128": Checkpoint(config("gemma4_text", **{**SMALL, **EXPERTS, **WIDE}), quantization=(128, 6, "affine")),
    "hugging-face-experts": Checkpoint(config("gemma4_text", **{**SMALL, **EXPERTS}), hugging_face=fused_experts, dtype="bfloat16"),
    "null-global-head": Checkpoint(config("gemma4_text", **{**SMALL, "global_head_dim": None})),
    "hugging-face-shared": Checkpoint(config("gemma4_text", **SMALL), hugging_face=shared_keys),
}
