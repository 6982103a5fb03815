from expert_layouts import PROJECTIONS, unstack

from . import Checkpoint, config


def hugging_face(weights, settings):
    weights = unstack(weights, "mlp.switch_mlp", "mlp.experts", PROJECTIONS)
    return {name.replace("mlp.gate.gate_proj.", "mlp.gate."): value for name, value in weights.items()}, settings


def settings(**changes):
    return config("bailing_moe", drop=("head_dim",), **{**dict(
        moe_intermediate_size=32, num_experts=8, num_shared_experts=2, norm_topk_prob=True, num_experts_per_tok=2, first_k_dense_replace=1), **changes})


CHECKPOINTS = {
    "dense": Checkpoint(settings()),
    "ling-2": Checkpoint(settings(
        use_qk_norm=True, partial_rotary_factor=0.5, moe_router_enable_expert_bias=True, score_function="sigmoid", n_group=4, topk_group=2,
        routed_scaling_factor=2.5, moe_shared_expert_intermediate_size=64), quantization=(32, 4, "affine")),
    "biases": Checkpoint(settings(use_bias=True, use_qkv_bias=True, rotary_dim=8, norm_topk_prob=False, moe_router_enable_shared_expert=False)),
    "normalized-head": Checkpoint(settings(norm_head=True), hugging_face=hugging_face),
    "tied": Checkpoint(settings(tie_word_embeddings=True), hugging_face=hugging_face),
}
