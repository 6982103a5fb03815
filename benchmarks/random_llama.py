"""What random-llama.mjs measures, for mlx-lm: one line of JSON a size.

usage: random_llama.py [0.6b,4b,8b]        needs mlx-lm 0.32.2 and an MLX for the device
"""
import json
import sys
import time

import mlx.core as mx
import mlx.nn as nn
from mlx_lm.generate import generate_step
from mlx_lm.models import llama

SHARED = dict(model_type="llama", head_dim=128, rms_norm_eps=1e-6, vocab_size=151936, max_position_embeddings=40960, rope_theta=1e6)
SIZES = {
    "0.6b": dict(hidden_size=1024, num_hidden_layers=28, intermediate_size=3072, num_attention_heads=16, num_key_value_heads=8, tie_word_embeddings=True),
    "4b": dict(hidden_size=2560, num_hidden_layers=36, intermediate_size=9728, num_attention_heads=32, num_key_value_heads=8, tie_word_embeddings=True),
    "8b": dict(hidden_size=4096, num_hidden_layers=36, intermediate_size=12288, num_attention_heads=32, num_key_value_heads=8, tie_word_embeddings=False),
}


def run(model, length, salt, max_tokens):
    """Milliseconds to the first token, and tokens a second after it."""
    ids = mx.array([(i * 7919 + salt * 104729) % 100000 for i in range(length)])
    begin, first, count = time.perf_counter(), None, 0
    for _ in generate_step(ids, model, max_tokens=max_tokens):
        count += 1
        first = first or time.perf_counter()
    return 1000 * (first - begin), (count - 1) / (time.perf_counter() - first)


for size in (sys.argv[1] if len(sys.argv) > 1 else "0.6b,4b,8b").split(","):
    model = llama.Model(llama.ModelArgs.from_dict({**SHARED, **SIZES[size]}))
    model.set_dtype(mx.bfloat16)
    nn.quantize(model, group_size=64, bits=4)
    mx.eval(model.parameters())
    for length in (32, 2048, 512):
        run(model, length, 2, 8)
    line = {"size": size, "device": str(mx.default_device())}
    for length in (32, 512, 2048):
        first_ms, decode = run(model, length, 3 + length, 128)
        line |= {f"firstToken{length}Ms": first_ms, f"prefill{length}": 1000 * length / first_ms, f"decode{length}": decode}
    print(json.dumps(line | {"peakBytes": mx.get_peak_memory()}), flush=True)
    del model
    mx.clear_cache()
