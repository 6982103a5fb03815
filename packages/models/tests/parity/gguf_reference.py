"""Compares a checkpoint that importGguf wrote with the GGUF file as MLX's own reader has it, in float32.

Usage: gguf_reference.py FILE.gguf CHECKPOINT. Prints one line of JSON: tensors compared, and the names of those that differ.
"""
import json
import re
import sys

import mlx.core as mx
from mlx_lm.utils import load_model
from pathlib import Path

gguf_path, folder = sys.argv[1:3]
names = {
    "token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head",
    "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm",
    "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
}


def path_of(name):
    block = re.match(r"blk\.(\d+)\.(.*)", name)
    return f"model.layers.{block[1]}.{names[block[2]]}" if block else names[name]


def dense(tensors, path, bits):
    weight = tensors[f"{path}.weight"]
    if f"{path}.scales" not in tensors:
        return weight.astype(mx.float32)
    scales, biases = (tensors[f"{path}.{part}"].astype(mx.float32) for part in ("scales", "biases"))
    return mx.dequantize(weight, scales, biases, group_size=32, bits=bits)


source = mx.load(gguf_path)
config = json.loads((Path(folder) / "config.json").read_text())
checkpoint = mx.load(f"{folder}/model.safetensors")
quantization = config.get("quantization", {})
compared, different = 0, []
for key in source:
    if not key.endswith(".weight"):
        continue
    name = key.removesuffix(".weight")
    path = path_of(name)
    packed = source[key].shape[-1]
    scales = source.get(f"{name}.scales")
    bits = packed * 32 // (scales.shape[-1] * 32) if scales is not None else 0
    expected = dense(source, name, bits)
    if name.endswith(("attn_q", "attn_k")):
        heads = config["num_attention_heads" if name.endswith("q") else "num_key_value_heads"]
        expected = expected.reshape(heads, -1, 2, expected.shape[-1]).swapaxes(1, 2).reshape(expected.shape)
    found = dense(checkpoint, path, quantization.get(path, quantization).get("bits", 0) if quantization else 0)
    compared += 1
    if found.shape != expected.shape or not mx.array_equal(found, expected):
        different.append(key)

load_model(Path(folder))  # strict: every parameter is there and has its shape
print(json.dumps({"compared": compared, "different": different}))
