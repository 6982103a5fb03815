"""How transformers lays out convolutions and norms; mlx-lm's sanitize brings them back."""
import mlx.core as mx

NORMS = (".input_layernorm.weight", ".post_attention_layernorm.weight", "model.norm.weight", ".q_norm.weight", ".k_norm.weight")


def taps_last(weights, part="conv1d.weight"):
    """`[C, K, 1]` to `[C, 1, K]`."""
    return {name: mx.contiguous(value.swapaxes(1, 2)) if part in name else value for name, value in weights.items()}


def norms_less_one(weights):
    return {name: value - 1.0 if name.endswith(NORMS) else value for name, value in weights.items()}
