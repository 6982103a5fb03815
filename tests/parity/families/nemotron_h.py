from expert_layouts import unstack
from recurrent_layouts import taps_last

from . import Checkpoint, config


def hugging_face(weights, settings):
    weights = unstack(weights, "mixer.switch_mlp", "mixer.experts", {"fc1": "up_proj", "fc2": "down_proj"})
    return taps_last(weights), settings


def settings(**changes):
    return config("nemotron_h", drop=("num_hidden_layers",), **{**dict(
        attention_bias=False, mamba_num_heads=4, mamba_head_dim=16, mamba_proj_bias=False, ssm_state_size=16, conv_kernel=4, n_groups=2, mlp_bias=False,
        layer_norm_epsilon=1e-5, use_bias=False, use_conv_bias=True, hybrid_override_pattern="M-M*"), **changes})


EXPERTS = dict(n_routed_experts=8, num_experts_per_tok=2, n_shared_experts=1, moe_intermediate_size=32, moe_shared_expert_intermediate_size=64, norm_topk_prob=True,
               routed_scaling_factor=2.5, n_group=1, topk_group=1)
CHECKPOINTS = {
    "dense": Checkpoint(settings()),
    "experts-4-bit": Checkpoint(settings(hybrid_override_pattern="ME*E", **EXPERTS), quantization=(32, 4, "affine")),
    "latent-experts": Checkpoint(settings(hybrid_override_pattern="MEM*E", moe_latent_size=32, **{**EXPERTS, "n_group": 4, "topk_group": 2})),
    "biases": Checkpoint(settings(attention_bias=True, mamba_proj_bias=True, mlp_bias=True, use_conv_bias=False, n_groups=1, time_step_limit=[0.4, 0.9])),
    "named-blocks-hugging-face": Checkpoint(
        settings(layers_block_type=["mamba", "moe", "attention", "mlp"], **EXPERTS) | {"hybrid_override_pattern": None}, hugging_face=hugging_face),
}
