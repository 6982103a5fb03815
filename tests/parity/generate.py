"""Makes tiny random checkpoints of every family, with reference logits that mlx-lm computes in float32 on the CPU.

usage: generate.py OUT [--seed N] [--only name,name]
       generate.py --list

OUT/<family>/<name>/ holds config.json, the weights as mlx-lm or (where a family says so) transformers lays them out, and
reference.safetensors: tokens int32 [L]; logits float32 [L, V], the whole prompt in one pass; step_logits float32 [S, V],
the last S positions again, one token at a time through the cache. A line of JSON a checkpoint goes to stdout.
"""
import argparse, importlib, json, pathlib, pkgutil, sys, traceback, zlib

import mlx.core as mx
from mlx.utils import tree_flatten, tree_unflatten
from mlx_lm.models.cache import make_prompt_cache
from mlx_lm.utils import load_model, quantize_model, save_config

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import families  # noqa: E402

STEPS = 6


def model_classes(config):
    from mlx_lm.utils import MODEL_REMAPPING

    module = importlib.import_module("mlx_lm.models." + MODEL_REMAPPING.get(config["model_type"], config["model_type"]))
    return module.Model, module.ModelArgs


def randomize(model, adjust):
    parameters = []
    for name, value in tree_flatten(model.parameters()):
        if mx.issubdtype(value.dtype, mx.floating):
            if value.ndim >= 2:
                value = mx.random.normal(value.shape) * (1.6 / value.shape[-1] ** 0.5)
            else:
                value = value + 0.1 * mx.random.normal(value.shape)
            value = value.astype(mx.float32)
            if adjust is not None:
                value = adjust(name, value)
        parameters.append((name, value))
    model.update(tree_unflatten(parameters))
    model.eval()


def predicate_of(spec, model):
    own = getattr(model, "quant_predicate", None)

    def predicate(path, module):
        for part, answer in spec.overrides.items():
            if part in path:
                return answer
        if not hasattr(module, "to_quantized"):
            return False
        return own(path, module) if own is not None else True

    return predicate


def save_weights(folder, weights, shard_bytes):
    if shard_bytes is None:
        mx.save_safetensors(str(folder / "model.safetensors"), weights, metadata={"format": "mlx"})
        return
    shards, size = [{}], 0
    for name, value in weights.items():
        if shards[-1] and size + value.nbytes > shard_bytes:
            shards.append({})
            size = 0
        shards[-1][name] = value
        size += value.nbytes
    index = {"metadata": {"total_size": sum(value.nbytes for value in weights.values())}, "weight_map": {}}
    for number, shard in enumerate(shards, 1):
        file = f"model-{number:05d}-of-{len(shards):05d}.safetensors"
        mx.save_safetensors(str(folder / file), shard, metadata={"format": "mlx"})
        index["weight_map"].update({name: file for name in shard})
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


def reference_of(model, tokens):
    logits = model(tokens, cache=make_prompt_cache(model))[0].astype(mx.float32)
    cache = make_prompt_cache(model)
    length = tokens.shape[1]
    model(tokens[:, : length - STEPS], cache=cache)
    steps = [model(tokens[:, t : t + 1], cache=cache)[0, -1].astype(mx.float32) for t in range(length - STEPS, length)]
    logits, steps = mx.array(logits), mx.stack(steps)
    mx.eval(logits, steps)
    return logits, steps


def make(folder, spec, seed):
    mx.random.seed(seed)
    folder.mkdir(parents=True, exist_ok=True)
    Model, Arguments = model_classes(spec.config)
    model = Model(Arguments.from_dict(dict(spec.config)))
    randomize(model, spec.adjust)
    config = dict(spec.config)
    if spec.dtype != "float32":
        model.set_dtype(getattr(mx, spec.dtype))
    if spec.quantization is not None:
        group_size, bits, mode = spec.quantization
        model, config = quantize_model(model, config, group_size, bits, mode=mode, quant_predicate=predicate_of(spec, model))
    mx.eval(model.parameters())
    weights = dict(tree_flatten(model.parameters()))
    if spec.hugging_face is not None:
        weights, config = spec.hugging_face(dict(weights), dict(config))
    save_weights(folder, weights, spec.shard_bytes)
    save_config(config, folder / "config.json")
    # As a user would: what is compared is what mlx-lm reads back from these files.
    model, _ = load_model(folder, lazy=False)
    model.set_dtype(mx.float32)
    tokens = mx.random.randint(0, config_vocabulary(config), (1, spec.tokens))
    mx.eval(tokens)
    logits, steps = reference_of(model, tokens)
    mx.save_safetensors(str(folder / "reference.safetensors"), {"tokens": tokens[0].astype(mx.int32), "logits": logits, "step_logits": steps})
    return {"largest": mx.abs(logits).max().item(), "stepDifference": mx.abs(logits[-STEPS:] - steps).max().item()}


def config_vocabulary(config):
    text = config.get("text_config") or {}
    return config.get("vocab_size") or text.get("vocab_size") or families.VOCABULARY


def describe(spec):
    """Quantization, element type and layout of a checkpoint, for people."""
    if hasattr(spec, "description"):
        return spec.description
    parts = []
    if spec.quantization is not None:
        group_size, bits, mode = spec.quantization
        parts.append(f"{bits} bits by {group_size}" if mode == "affine" else mode)
        if spec.overrides:
            parts.append("mixed")
    else:
        parts.append(spec.dtype)
    if spec.hugging_face is not None:
        parts.append("as transformers stores it")
    if spec.shard_bytes is not None:
        parts.append("in shards")
    return ", ".join(parts)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out", nargs="?")
    parser.add_argument("--list", action="store_true", help="say which there are, and make none")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", default="", help="families or family/name, with commas between them")
    arguments = parser.parse_args()
    mx.set_default_device(mx.cpu)
    only = set(filter(None, arguments.only.split(",")))
    failures = 0
    for module in sorted(pkgutil.iter_modules(families.__path__), key=lambda found: found.name):
        specs = getattr(importlib.import_module(f"families.{module.name}"), "CHECKPOINTS", {})
        for name, spec in specs.items():
            path = f"{module.name}/{name}"
            if arguments.list:
                print(json.dumps({"checkpoint": path, "description": describe(spec)}))
                continue
            if only and not only & {path, module.name}:
                continue
            try:
                seed = arguments.seed * 100_003 + zlib.crc32(path.encode()) % 100_003
                make_checkpoint = getattr(spec, "make", None)
                folder = pathlib.Path(arguments.out) / module.name / name
                result = make_checkpoint(folder, seed) if make_checkpoint else make(folder, spec, seed)
                print(json.dumps({"checkpoint": path, "stepwiseOnly": getattr(spec, "stepwise_only", False), **result}), flush=True)
            except Exception as error:
                failures += 1
                traceback.print_exc()
                print(json.dumps({"checkpoint": path, "error": f"{type(error).__name__}: {error}"}), flush=True)
    sys.exit(1 if failures else 0)


main()
