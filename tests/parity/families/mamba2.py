from recurrent_layouts import taps_last

from . import Checkpoint, config


def hugging_face(weights, settings):
    return taps_last(weights), settings


def settings(**changes):
    return config("mamba2", **{**dict(
        num_heads=4, head_dim=32, state_size=16, layer_norm_epsilon=1e-5, expand=2, n_groups=1, conv_kernel=4, use_bias=False, use_conv_bias=True,
        chunk_size=16, time_step_limit=[0.0, 1e9], time_step_rank="auto", ssm_state_size=16, intermediate_size=128, residual_in_fp32=False), **changes})


CHECKPOINTS = {
    "dense": Checkpoint(settings()),
    "groups-4-bit": Checkpoint(settings(n_groups=2, use_bias=True, use_conv_bias=False, time_step_limit=[0.5, 1.2]), quantization=(32, 4, "affine")),
    "tied-hugging-face": Checkpoint(settings(tie_word_embeddings=True, conv_kernel=3, drop=("ssm_state_size",)), hugging_face=hugging_face),
    "longer-than-a-chunk": Checkpoint(settings(num_hidden_layers=1), tokens=300),
}
