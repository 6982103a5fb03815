from expert_layouts import PROJECTIONS, unstack

from . import Checkpoint, config

YARN = dict(type="yarn", factor=40.0, original_max_position_embeddings=64, beta_fast=32, beta_slow=1, mscale=0.707, mscale_all_dim=0.707)


def hugging_face(weights, settings):
    return unstack(weights, "mlp.switch_mlp", "mlp.experts", PROJECTIONS), settings


def settings(**changes):
    return config("deepseek_v2", drop=("head_dim",), **{**dict(
        num_key_value_heads=4, q_lora_rank=None, kv_lora_rank=32, qk_rope_head_dim=8, qk_nope_head_dim=16, v_head_dim=16, n_routed_experts=8,
        num_experts_per_tok=2, n_shared_experts=2, moe_intermediate_size=32, topk_method="greedy", n_group=1, topk_group=1, first_k_dense_replace=1,
        rope_scaling=YARN), **changes})


CHECKPOINTS = {
    "lite": Checkpoint(settings()),
    "groups-4-bit": Checkpoint(settings(
        q_lora_rank=32, topk_method="group_limited_greedy", n_group=4, topk_group=2, routed_scaling_factor=16.0, attention_bias=True,
        rope_scaling={**YARN, "mscale": 1.0}), quantization=(32, 4, "affine")),
    "yarn-by-any-name": Checkpoint(settings(q_lora_rank=32, rope_scaling={"type": "linear", "factor": 4})),
    "hugging-face": Checkpoint(settings(), hugging_face=hugging_face),
}
