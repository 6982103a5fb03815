"""Makes small checkpoints and adapters as mlx-lm's tuner saves them, and tells what mlx-lm computes with them.

usage: adapters.py OUT_DIR

OUT_DIR/<model>/ holds a checkpoint, OUT_DIR/<model>/<adapter>/ an adapter, OUT_DIR/report.json for each adapter the logits of TOKENS in
float32: with the adapter, and with it fused into the weights (`fused`; `dequantized`: dense). An adapter `peft-…` is the one without the
prefix in PEFT's format.
"""
import json
import pathlib
import sys

import mlx.core as mx
import mlx.nn as nn
from mlx.utils import tree_flatten, tree_unflatten
from mlx_lm import utils
from mlx_lm.tuner.utils import linear_to_lora_layers, load_adapters

SMALL = dict(hidden_size=64, intermediate_size=96, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2, rms_norm_eps=1e-5,
             vocab_size=160, max_position_embeddings=512, head_dim=16, eos_token_id=2)
TOKENS = [(7 * i * i + 3 * i + 1) % SMALL["vocab_size"] for i in range(24)]

MODELS = {  # config, quantization (bits, group size, mode)
    "dense": (dict(SMALL, model_type="llama", attention_bias=True, mlp_bias=True), None),
    "affine": (dict(SMALL, model_type="llama", tie_word_embeddings=False), (4, 32, "affine")),
    "tied": (dict(SMALL, model_type="llama", tie_word_embeddings=True), (8, 64, "affine")),
    "mxfp4": (dict(SMALL, model_type="llama", tie_word_embeddings=False), (4, 32, "mxfp4")),
    "phi3": (dict(SMALL, model_type="phi3", rope_theta=10000.0), None),
    "experts": (dict(SMALL, model_type="mixtral", num_local_experts=4, num_experts_per_tok=2, rope_theta=1e6), None),
    "affine-experts": (dict(SMALL, model_type="mixtral", num_local_experts=4, num_experts_per_tok=2, rope_theta=1e6), (4, 32, "affine")),
}
ALL = None
OUTER = ["self_attn.q_proj", "mlp.down_proj", "model.embed_tokens"]
ADAPTERS = {  # per model: adapter, fine_tune_type, rank, scale, layers, keys
    "dense": [("lora", "lora", 8, 20.0, 3, ALL), ("dora", "dora", 4, 10.0, 3, ALL), ("few", "lora", 3, 2.0, 2, ["self_attn.v_proj"]),
              ("outer", "lora", 4, 2.0, 1, OUTER + ["lm_head"])],
    "affine": [("lora", "lora", 8, 20.0, 3, ALL), ("dora", "dora", 4, 10.0, 3, ALL), ("outer", "lora", 4, 2.0, 1, OUTER + ["lm_head"])],
    "tied": [("lora", "lora", 8, 2.0, 3, ALL), ("outer", "lora", 4, 2.0, 1, OUTER)],
    "mxfp4": [("lora", "lora", 8, 2.0, 3, ALL)],
    "phi3": [("lora", "lora", 8, 2.0, 3, ALL)],
    "experts": [("lora", "lora", 4, 2.0, 3, ALL)],
    "affine-experts": [("lora", "lora", 4, 2.0, 3, ALL)],
}


def random_leaves(model):
    """Training leaves nothing at zero."""
    leaves = []
    for name, value in tree_flatten(model.parameters()):
        part = name.rsplit(".", 1)[-1]
        if part in ("lora_a", "lora_b"):
            leaves.append((name, mx.random.normal(value.shape) * 0.05))
        if part == "m":
            leaves.append((name, value * mx.random.uniform(0.8, 1.2, value.shape)))
    return dict(leaves)


def logits_of(model):
    return model(mx.array(TOKENS)[None])[0].astype(mx.float32).tolist()


def load(folder, adapter=None):
    model, _ = utils.load_model(folder)
    model.set_dtype(mx.float32)
    if adapter:
        load_adapters(model, adapter)
    model.eval()
    return model


def fused(folder, adapter, dequantize):
    model = load(folder, adapter)
    changed = [(name, module.fuse(dequantize=dequantize)) for name, module in model.named_modules() if hasattr(module, "fuse")]
    model.update_modules(tree_unflatten(changed))
    return logits_of(model)


def make_checkpoint(folder, config, quantization):
    mx.random.seed(len(folder.name))
    Model, Args = utils._get_classes(config)
    model = Model(Args.from_dict(config))
    model.update(tree_unflatten([(name, mx.random.normal(value.shape) * 0.08 + (1.0 if "norm" in name else 0.0))
                                 for name, value in tree_flatten(model.parameters())]))
    config = dict(config)
    if quantization:
        bits, group, mode = quantization
        model, config = utils.quantize_model(model, config, group, bits, mode=mode)
    folder.mkdir(parents=True)
    utils.save_model(folder, model)
    utils.save_config(config, folder / "config.json")


def make_adapter(base, name, kind, rank, scale, layers, keys):
    mx.random.seed(rank + len(name))
    parameters = dict(rank=rank, scale=scale, dropout=0.0)
    if keys:
        parameters["keys"] = keys
    model = load(base)
    linear_to_lora_layers(model, layers, dict(parameters), use_dora=kind == "dora")
    leaves = random_leaves(model)
    folder = base / name
    folder.mkdir()
    mx.save_safetensors(str(folder / "adapters.safetensors"), leaves)
    (folder / "adapter_config.json").write_text(json.dumps(dict(fine_tune_type=kind, num_layers=layers, lora_parameters=parameters)))
    return leaves


def make_peft(base, name, leaves, rank, scale, dora):
    tensors = {}
    for leaf, value in leaves.items():
        layer, part = leaf.rsplit(".", 1)
        if layer.endswith("embed_tokens"):
            return False
        if value.ndim == 3:  # of experts transformers has a linear each
            for expert in range(value.shape[0]):
                new = {"gate_proj": "w1", "down_proj": "w2", "up_proj": "w3"}[layer.rsplit(".", 1)[-1]]
                path = layer.split(".switch_mlp.")[0] + f".experts.{expert}.{new}"
                tensors[f"base_model.model.{path}.lora_{'A' if part == 'lora_a' else 'B'}.weight"] = value[expert]
        elif part == "m":
            tensors[f"base_model.model.{layer}.lora_magnitude_vector"] = value
        else:
            tensors[f"base_model.model.{layer}.lora_{'A' if part == 'lora_a' else 'B'}.weight"] = value.T
    folder = base / f"peft-{name}"
    folder.mkdir()
    mx.save_safetensors(str(folder / "adapter_model.safetensors"), {name: mx.contiguous(value) for name, value in tensors.items()})
    config = dict(peft_type="LORA", r=rank, lora_alpha=scale * rank, use_dora=dora, bias="none", fan_in_fan_out=False, use_rslora=False,
                  rank_pattern={}, alpha_pattern={}, target_modules=["q_proj"], modules_to_save=None, task_type="CAUSAL_LM")
    (folder / "adapter_config.json").write_text(json.dumps(config))
    return True


def main(out):
    mx.set_default_device(mx.cpu)
    report = {"tokens": TOKENS, "adapters": []}
    for model, (config, quantization) in MODELS.items():
        base = out / model
        make_checkpoint(base, config, quantization)
        for name, kind, rank, scale, layers, keys in ADAPTERS[model]:
            leaves = make_adapter(base, name, kind, rank, scale, layers, keys)
            entry = dict(model=model, logits=logits_of(load(base, base / name)))
            if model != "mxfp4":  # which mlx-lm dequantizes to bfloat16
                entry["dequantized"] = fused(base, base / name, True)
                if quantization:
                    entry["fused"] = fused(base, base / name, False)
            report["adapters"].append(dict(entry, adapter=name))
            if make_peft(base, name, leaves, rank, scale, kind == "dora"):
                report["adapters"].append(dict(entry, adapter=f"peft-{name}"))
    (out / "report.json").write_text(json.dumps(report))


main(pathlib.Path(sys.argv[1]))
