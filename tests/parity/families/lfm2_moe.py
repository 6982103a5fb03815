from expert_layouts import W123, unstack
from recurrent_layouts import taps_last

from . import Checkpoint, config


def hugging_face(weights, settings):
    weights = taps_last(unstack(weights, "feed_forward.switch_mlp", "feed_forward.experts", W123), "conv.weight")
    for ours, theirs in W123.items():
        weights = {name.replace(f"feed_forward.{ours}.", f"feed_forward.{theirs}."): value for name, value in weights.items()}
    return weights, settings


def settings(**changes):
    return config("lfm2_moe", drop=("head_dim",), **{**dict(
        num_hidden_layers=4, norm_eps=1e-5, conv_bias=False, conv_L_cache=3, moe_intermediate_size=32, num_experts=8, num_experts_per_tok=2, norm_topk_prob=True,
        use_expert_bias=True, num_dense_layers=1, layer_types=["conv", "full_attention", "conv", "full_attention"]), **changes})


CHECKPOINTS = {
    "dense": Checkpoint(settings()),
    "4-bit": Checkpoint(settings(use_expert_bias=False, norm_topk_prob=False, routed_scaling_factor=1.5), quantization=(32, 4, "affine")),
    "hugging-face": Checkpoint(settings(), hugging_face=hugging_face),
}
