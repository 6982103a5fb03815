from expert_layouts import PROJECTIONS, joined_latent, unstack

from . import Checkpoint, config


def hugging_face(weights, settings):
    return unstack(joined_latent(weights, settings["num_attention_heads"]), "mlp.switch_mlp", "mlp.experts", PROJECTIONS), settings


def settings(**changes):
    return config("glm4_moe_lite", drop=("head_dim",), **{**dict(
        num_key_value_heads=4, q_lora_rank=32, kv_lora_rank=32, qk_rope_head_dim=8, qk_nope_head_dim=32, v_head_dim=16, n_routed_experts=8,
        num_experts_per_tok=2, n_shared_experts=1, moe_intermediate_size=32, n_group=1, topk_group=1, routed_scaling_factor=1.8,
        first_k_dense_replace=1), **changes})


CHECKPOINTS = {
    "dense": Checkpoint(settings()),
    "4-bit": Checkpoint(settings(n_group=2, topk_group=1), quantization=(32, 4, "affine")),
    "hugging-face": Checkpoint(settings(), hugging_face=hugging_face),
    # null is not silence: there is none.
    "null-query-rank": Checkpoint(settings(q_lora_rank=None, attention_bias=True)),
    "null-shared-experts": Checkpoint(settings(n_shared_experts=None)),
    "null-experts": Checkpoint(settings(n_routed_experts=None, n_group=2)),
}
