from expert_layouts import PROJECTIONS, unstack

from . import Checkpoint, config


def hugging_face(weights, settings):
    return unstack(weights, "mlp.switch_mlp", "mlp.experts", PROJECTIONS), settings


def settings(**changes):
    return config("glm4_moe", **{**dict(
        n_routed_experts=8, num_experts_per_tok=2, n_shared_experts=1, moe_intermediate_size=32, n_group=1, topk_group=1, routed_scaling_factor=1.0,
        norm_topk_prob=True, first_k_dense_replace=1, attention_bias=True, partial_rotary_factor=0.5, use_qk_norm=True, rope_scaling=None), **changes})


CHECKPOINTS = {
    "dense": Checkpoint(settings()),
    "groups-4-bit": Checkpoint(settings(n_group=4, topk_group=2, routed_scaling_factor=2.5), quantization=(32, 4, "affine")),
    "plain": Checkpoint(settings(use_qk_norm=False, attention_bias=False, norm_topk_prob=False, n_shared_experts=2)),
    "hugging-face": Checkpoint(settings(), hugging_face=hugging_face),
}
