"""Tiny checkpoints of each family: one module a model_type, with CHECKPOINTS made of checkpoint(...)."""
from dataclasses import dataclass, field
from typing import Callable, Optional

VOCABULARY = 160

# What most configs share; a family overrides what is its own and drops what it does not have.
BASE = dict(
    vocab_size=VOCABULARY, hidden_size=64, intermediate_size=96, num_hidden_layers=3, num_attention_heads=4,
    num_key_value_heads=2, head_dim=16, rms_norm_eps=1e-5, rope_theta=10000.0, max_position_embeddings=512,
    tie_word_embeddings=False,
)


@dataclass
class Checkpoint:
    config: dict
    # (group size, bits, mode) as mlx_lm.convert takes them; None leaves the checkpoint dense.
    quantization: Optional[tuple] = None
    # Per-module answers of mlx-lm's quant_predicate, by a part of the path: False, or {"group_size", "bits", "mode"}.
    overrides: dict = field(default_factory=dict)
    # Stored element type of dense tensors; logits are computed in float32 all the same.
    dtype: str = "float32"
    tokens: int = 40
    # From mlx-lm's parameters to the tensors and config of a plain Hugging Face checkpoint; mlx-lm reads them back by its sanitize.
    hugging_face: Optional[Callable] = None
    # Changes random parameters that make no sense as they are: (name, array) -> array.
    adjust: Optional[Callable] = None
    # Bytes of a shard; None is one file.
    shard_bytes: Optional[int] = None
    # Whether logits of the steps count where mlx-lm itself differs between the whole and single steps.
    stepwise_only: bool = False


def config(model_type, drop=(), **settings):
    merged = {**BASE, "model_type": model_type, **settings}
    return {key: value for key, value in merged.items() if key not in drop}
