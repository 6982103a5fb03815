from expert_layouts import PROJECTIONS, unstack

from . import Checkpoint, config


def hugging_face(weights, settings):
    experts = {name: value for name, value in weights.items() if ".mlp.experts." in name}
    others = {name: value for name, value in weights.items() if ".mlp.experts." not in name}
    return {**others, **unstack(experts, "mlp.experts", "mlp.experts", PROJECTIONS)}, settings


def settings(**changes):
    return config("dots1", **{**dict(
        first_k_dense_replace=1, moe_intermediate_size=32, n_routed_experts=8, n_shared_experts=1, norm_topk_prob=True, num_experts_per_tok=2,
        routed_scaling_factor=2.5, scoring_func="noaux_tc"), **changes})


CHECKPOINTS = {
    "dense": Checkpoint(settings()),
    "groups-5-bit": Checkpoint(settings(n_group=4, topk_group=2, mlp_bias=True), quantization=(32, 5, "affine")),
    "tied-hugging-face": Checkpoint(settings(tie_word_embeddings=True), hugging_face=hugging_face),
}
