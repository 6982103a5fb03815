import mlx.core as mx

from recurrent_layouts import taps_last

from . import Checkpoint, config


def hugging_face(weights, settings):
    """The factors are folded in by sanitize, so that any weights will do."""
    return taps_last(weights), settings


def settings(**changes):
    return config("falcon_h1", **{**dict(
        mamba_d_ssm=64, mamba_d_head=16, mamba_n_heads=4, mamba_d_state=16, mamba_d_conv=4, mamba_n_groups=1, mamba_rms_norm=False, mamba_norm_before_gate=False,
        rope_theta=100000000000.0, attention_in_multiplier=1.1, lm_head_multiplier=0.5), **changes})


CHECKPOINTS = {
    "dense": Checkpoint(settings()),
    "norm-4-bit": Checkpoint(settings(mamba_rms_norm=True, mamba_n_groups=2, tie_word_embeddings=True), quantization=(32, 4, "affine")),
    "norm-before-gate": Checkpoint(settings(mamba_rms_norm=True, mamba_norm_before_gate=True, attention_bias=True, mlp_bias=True, mamba_proj_bias=True, projectors_bias=True)),
    "hugging-face": Checkpoint(settings(), hugging_face=hugging_face),
    "tied-hugging-face": Checkpoint(settings(tie_word_embeddings=True, mamba_n_groups=2), hugging_face=hugging_face),
}
