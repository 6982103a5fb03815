"""Makes small checkpoints as mlx-lm saves them, and tells what mlx-lm makes of them.

usage: make_checkpoints.py OUT_DIR

Each OUT_DIR/<name>/ holds a checkpoint; OUT_DIR/report.json holds for each: every tensor that the loaded model has (dtype, shape, sha256
of its bytes), the quantization of every module, the number of parameters, and logits in float32.
"""
import hashlib
import json
import pathlib
import sys

import mlx.core as mx
import mlx.nn as nn
import numpy as np
from mlx.utils import tree_flatten
from mlx_lm import utils
from mlx_lm.models import llama
from mlx_lm.models.rope_utils import initialize_rope

BASE = dict(
    model_type="llama", vocab_size=160, hidden_size=128, intermediate_size=256, num_hidden_layers=3, num_attention_heads=4,
    num_key_value_heads=2, rms_norm_eps=1e-5, max_position_embeddings=512, tie_word_embeddings=False, eos_token_id=2,
)
TOKENS = [(7 * i * i + 3 * i + 1) % BASE["vocab_size"] for i in range(24)]
MIXED = {"mlp.down_proj": {"bits": 6, "group_size": 64}, "lm_head": {"bits": 8, "group_size": 32}, "v_proj": False}


def mixed(path, module):
    for name, setting in MIXED.items():
        if name in path:
            return setting
    return hasattr(module, "to_quantized")


CHECKPOINTS = {  # config changes, quantization (bits, group size) or None, predicate, number of shards
    "dense-bfloat16": (dict(attention_bias=True, mlp_bias=True), None, None, 1),
    "dense-sharded": (dict(tie_word_embeddings=True), None, None, 4),
    "affine-2-32": ({}, (2, 32), None, 1),
    "affine-3-128": ({}, (3, 128), None, 1),
    "affine-4-32-sharded": (dict(model_type="mistral", head_dim=64, hidden_size=128), (4, 32), None, 3),
    "affine-5-64": (dict(attention_bias=True), (5, 64), None, 1),
    "affine-6-64-tied": (dict(tie_word_embeddings=True), (6, 64), None, 2),
    "affine-8-64": ({}, (8, 64), None, 1),
    "affine-mixed": ({}, (4, 64), mixed, 2),
    "rope-llama3": (dict(rope_theta=500000.0, rope_scaling={
        "rope_type": "llama3", "factor": 8.0, "original_max_position_embeddings": 16}), None, None, 1),
    "rope-linear-traditional": (dict(rope_scaling={"type": "linear", "factor": 3.0}, rope_traditional=True), None, None, 1),
}
ROPES = [
    dict(dims=16, base=10000.0, scaling_config=None),
    dict(dims=64, base=500000.0, scaling_config={"type": "linear", "factor": 4.0}),
    dict(dims=128, base=500000.0, scaling_config={
        "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}),
    dict(dims=64, base=500000.0, scaling_config={"rope_type": "llama3", "factor": 32.0, "original_max_position_embeddings": 1024}),
]


def shards(weights, count):
    items = list(weights.items())
    step = -(-len(items) // count)
    return [dict(items[i:i + step]) for i in range(0, len(items), step)]


def sha256(array):
    if array.dtype == mx.bfloat16:
        array = array.view(mx.uint16)
    return hashlib.sha256(np.ascontiguousarray(np.array(array)).tobytes()).hexdigest()


def tensors(model):
    return {name: {"dtype": str(array.dtype).removeprefix("mlx.core."), "shape": array.shape, "sha256": sha256(array)}
            for name, array in tree_flatten(model.parameters())}


def quantizations(model):
    leaves = tree_flatten(model.leaf_modules(), is_leaf=lambda m: isinstance(m, nn.Module))
    return {path: {"bits": m.bits, "groupSize": m.group_size, "mode": m.mode} for path, m in leaves if hasattr(m, "bits")}


def logits(model):
    """Of every position of a short text, in float32."""
    model.set_dtype(mx.float32)
    return {"tokens": TOKENS, "logits": model(mx.array([TOKENS]))[0].tolist()}


def make(folder, changes, quantization, predicate, count):
    folder.mkdir(parents=True)
    config = dict(BASE, **changes)
    model = llama.Model(llama.ModelArgs.from_dict(config))
    model.set_dtype(mx.bfloat16)
    if quantization is not None:
        bits, group_size = quantization
        model, config = utils.quantize_model(model, config, group_size, bits, quant_predicate=predicate)
    utils.make_shards = lambda weights, *_: shards(weights, count)
    utils.save_model(folder, model, donate_model=False)
    utils.save_config(dict(config), config_path=folder / "config.json")
    loaded, _ = utils.load_model(folder, lazy=True)
    return {"tensors": tensors(loaded), "quantizations": quantizations(loaded), "parameters": utils.get_total_parameters(loaded),
            **logits(loaded)}


def angles(dims, base, scaling_config):
    """Angle of every pair at position 1, read off the rotation of ones."""
    rope = initialize_rope(dims, base, False, scaling_config, 512)
    rotated = rope(mx.ones((1, 1, 1, dims)), offset=1)[0, 0, 0]
    cosine_minus_sine, cosine_plus_sine = rotated[: dims // 2], rotated[dims // 2:]
    return mx.arctan2(cosine_plus_sine - cosine_minus_sine, cosine_plus_sine + cosine_minus_sine).tolist()


def main():
    out = pathlib.Path(sys.argv[1])
    mx.random.seed(0)
    checkpoints = {name: make(out / name, *settings) for name, settings in CHECKPOINTS.items()}
    ropes = [dict(rope, angles=angles(**rope)) for rope in ROPES]
    (out / "report.json").write_text(json.dumps({"checkpoints": checkpoints, "ropes": ropes}))


main()
