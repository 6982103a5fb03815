from expert_layouts import PROJECTIONS, unstack
from recurrent_layouts import taps_last

from . import Checkpoint, config


def hugging_face(weights, settings):
    return taps_last(unstack(weights, "feed_forward.switch_mlp", "feed_forward.experts", PROJECTIONS)), settings


def settings(**changes):
    return config("jamba", drop=("head_dim",), **{**dict(
        num_hidden_layers=4, attn_layer_offset=1, attn_layer_period=2, expert_layer_offset=1, expert_layer_period=2, mamba_d_conv=4, mamba_d_state=16,
        mamba_expand=2, num_experts=4, num_experts_per_tok=2), **changes})


CHECKPOINTS = {
    "dense": Checkpoint(settings()),
    "4-bit": Checkpoint(settings(mamba_dt_rank=32, mamba_proj_bias=True), quantization=(32, 4, "affine"), overrides={"dt_proj": False, "router": {"group_size": 64, "bits": 8}}),
    "no-experts": Checkpoint(settings(num_experts=1, num_experts_per_tok=1, mamba_conv_bias=False, layers_block_type=["mamba", "mamba", "attention", "mamba"])),
    "tied-hugging-face": Checkpoint(settings(tie_word_embeddings=True), hugging_face=hugging_face),
}
