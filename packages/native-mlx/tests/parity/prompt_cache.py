"""mlx-lm's side of prompt caches in float32 on the CPU: `prompt_cache.py <checkpoint> <request.json>`.

The request: `prompt` and `kind` (plain, rotating or quantized) to compute states and `save` them; or `cache`, a file to load.
Then `next`, tokens to go on with, and greedy tokens from there. Prints the tokens and of each step the 20 largest
log-probabilities.
"""

import json
import sys
from pathlib import Path

import mlx.core as mx
from mlx_lm.models.cache import (
    KVCache,
    RotatingKVCache,
    load_prompt_cache,
    make_prompt_cache,
    save_prompt_cache,
)
from mlx_lm.utils import load_model

checkpoint, request_file = sys.argv[1:3]
request = json.loads(Path(request_file).read_text())
mx.set_default_device(mx.cpu)
model, _ = load_model(Path(checkpoint))
model.set_dtype(mx.float32)


def plain(quantized):
    keys, values, offset, group_size, bits = quantized.state
    cache = KVCache()
    cache.state = (
        *(mx.dequantize(*x, group_size=group_size, bits=bits) for x in (keys, values)),
        offset,
    )
    return cache


metadata = {}
if "cache" in request:
    cache, metadata = load_prompt_cache(request["cache"], return_metadata=True)
    classes = [type(c).__name__ for c in cache]
else:
    cache = make_prompt_cache(model)
    if request["kind"] == "rotating":
        cache = [RotatingKVCache(max_size=512, keep=4) for _ in cache]
    for token in request["prompt"][:8]:
        model(mx.array([[token]]), cache=cache)
    model(mx.array([request["prompt"][8:]]), cache=cache)
    if request["kind"] == "quantized":
        cache = [c.to_quantized(group_size=64, bits=8) for c in cache]
    save_prompt_cache(request["save"], cache, {"from": "mlx-lm"})
    classes = [type(c).__name__ for c in cache]
    if request["kind"] == "quantized":
        # To go on with plain values, as a model does that was not loaded to quantize its own.
        cache = [plain(c) for c in cache]

tokens, tops = [], []
inputs = request["next"]
for _ in range(request["count"]):
    logits = model(mx.array([inputs]), cache=cache)[0, -1]
    logits = logits - mx.logsumexp(logits)
    order = mx.argsort(-logits)[:20]
    tops.append(logits[order].tolist())
    tokens.append(int(order[0].item()))
    inputs = [tokens[-1]]
print(json.dumps({"tokens": tokens, "tops": tops, "classes": classes, "metadata": metadata}))
