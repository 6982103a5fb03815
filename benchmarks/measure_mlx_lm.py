"""What measure.mjs measures, for mlx-lm 0.32.2: one process's figures as a line of JSON.

usage: measure_mlx_lm.py (--model FOLDER | --size 0.6b) [--device cpu|gpu] [--dtype float32] [--lengths 32,512,2048]
                         [--batches 8x128,32x128] [--tokens 64]
"""
import argparse
import json
import resource
import sys
import time
from pathlib import Path

import mlx.core as mx
import mlx.nn as nn
from mlx_lm.generate import BatchGenerator, generate_step
from mlx_lm.models import qwen3
from mlx_lm.models.cache import make_prompt_cache
from mlx_lm.utils import load_model

parser = argparse.ArgumentParser()
parser.add_argument("--model")
parser.add_argument("--size")
parser.add_argument("--device", default="cpu")
parser.add_argument("--dtype", default="")
parser.add_argument("--lengths", default="32,512,2048")
parser.add_argument("--batches", default="8x128,32x128")
parser.add_argument("--tokens", type=int, default=64)
args = parser.parse_args()
mx.set_default_device(getattr(mx, args.device))


def load():
    if args.model:
        model, config = load_model(Path(args.model), lazy=True)
        if args.dtype:
            model.set_dtype(getattr(mx, args.dtype))
        vocabulary = config["vocab_size"]
    else:
        config = json.loads((Path(__file__).parent / "sizes.json").read_text())[args.size]
        model = qwen3.Model(qwen3.ModelArgs.from_dict(config))
        model.set_dtype(getattr(mx, args.dtype or "bfloat16"))
        nn.quantize(model, group_size=64, bits=4)
        vocabulary = config["vocab_size"]
    mx.eval(model.parameters())
    return model, vocabulary


def prompt(length, salt):
    return [((i * 7919 + salt * 104729) % 100000) % vocabulary for i in range(length)]


def generate(ids, max_tokens, cache=None):
    """Milliseconds to the first token, tokens a second after it, and the tokens."""
    begin, first, tokens = time.perf_counter(), None, []
    for token, _ in generate_step(mx.array(ids), model, max_tokens=max_tokens, prompt_cache=cache):
        first = first or time.perf_counter()
        tokens.append(int(token))
    return 1000 * (first - begin), (len(tokens) - 1) / (time.perf_counter() - first), tokens


def together(count, length, salt, max_tokens):
    """Tokens a second while all sequences decode."""
    generator = BatchGenerator(model, max_tokens=max_tokens, completion_batch_size=max(count, 8))
    generator.insert([prompt(length, salt + i) for i in range(count)])
    seen, start, counted, end = set(), None, 0, None
    while True:
        responses = generator.next_generated()
        if not responses:
            break
        if start is not None:
            counted += len(responses)
            end = time.perf_counter()
        seen |= {response.uid for response in responses}
        if start is None and len(seen) == count:
            start = time.perf_counter()
        if any(response.finish_reason for response in responses):
            break
    generator.close()
    return counted / (end - start)


begin = time.perf_counter()
model, vocabulary = load()
line = {"loadMs": 1000 * (time.perf_counter() - begin)}
lengths = [int(length) for length in args.lengths.split(",") if length]
for length in lengths:
    generate(prompt(length, 1 + 2 * length), 4)
for length in lengths:
    first, decode, _ = generate(prompt(length, 3 + length), args.tokens)
    line |= {f"first{length}Ms": first, f"prefill{length}": 1000 * length / first, f"decode{length}": decode}
cache = make_prompt_cache(model)
turn = min(512, max(lengths))
_, _, answer = generate(prompt(turn, 5), 16, cache)
# The last token of the answer is not in the cache yet.
line["secondTurnMs"] = generate(answer[-1:] + prompt(32, 7), 2, cache)[0]
for batch in filter(None, args.batches.split(",")):
    count, length = map(int, batch.split("x"))
    together(count, length, 100, 4)
    line[f"decode{batch}"] = together(count, length, 300, args.tokens + count)
line["peakBytes"] = mx.get_peak_memory()
line["residentBytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(json.dumps(line), flush=True)
