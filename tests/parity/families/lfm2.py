from recurrent_layouts import taps_last

from . import Checkpoint, config


def hugging_face(weights, settings):
    return taps_last(weights, "conv.weight"), settings


def settings(**changes):
    return config("lfm2", drop=("head_dim",), **{**dict(
        num_hidden_layers=4, norm_eps=1e-5, conv_bias=False, conv_L_cache=3, block_dim=64, block_ff_dim=96, block_multiple_of=16, block_ffn_dim_multiplier=1.0,
        block_auto_adjust_ff_dim=False, full_attn_idxs=[1, 3]), **changes})


CHECKPOINTS = {
    "dense": Checkpoint(settings()),
    "adjusted-4-bit": Checkpoint(settings(block_auto_adjust_ff_dim=True, block_ffn_dim_multiplier=1.3, block_multiple_of=32), quantization=(32, 4, "affine")),
    "biases": Checkpoint(settings(conv_bias=True, conv_L_cache=4, rope_parameters={"rope_theta": 500.0, "rope_type": "default"})),
    "hugging-face": Checkpoint(settings(full_attn_idxs=None, layer_types=["conv", "full_attention", "conv", "full_attention"]), hugging_face=hugging_face),
}
