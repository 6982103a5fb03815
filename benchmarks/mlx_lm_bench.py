"""What `mlxengine bench --json` measures, for mlx-lm: one line of JSON.

usage: mlx_lm_bench.py MODEL_FOLDER --prompt-ids 1,2,3 [--max-tokens N] [--dtype float32|float16|bfloat16] [--device cpu|gpu]

Greedy, warmed up, the end of sequence ignored. Needs mlx-lm 0.32.2.
"""
import argparse
import json
import resource
import sys
import time

start = time.perf_counter()
import mlx.core as mx  # noqa: E402
from mlx_lm.generate import generate_step  # noqa: E402
from mlx_lm.utils import load_model  # noqa: E402
from pathlib import Path  # noqa: E402


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("--prompt-ids", required=True)
    parser.add_argument("--max-tokens", type=int, default=64)
    parser.add_argument("--dtype", default="")
    parser.add_argument("--device", default="cpu", choices=["cpu", "gpu"])
    args = parser.parse_args()
    mx.set_default_device(getattr(mx, args.device))
    loading = time.perf_counter()
    model, _ = load_model(Path(args.model), lazy=True)
    if args.dtype:
        model.set_dtype(getattr(mx, args.dtype))
    mx.eval(model.parameters())
    load_ms = 1000 * (time.perf_counter() - loading)
    ids = [int(token) for token in args.prompt_ids.split(",")]
    run(model, [1 if ids[0] == 0 else 0] + ids[1:], 4)
    first_ms, decode_ms, tokens = run(model, ids, args.max_tokens)
    print(json.dumps({
        "backend": "mlx-lm",
        "device": args.device,
        "dtype": args.dtype or "checkpoint",
        "loadMs": load_ms,
        "importMs": 1000 * (loading - start),
        "promptTokens": len(ids),
        "completionTokens": len(tokens),
        "timeToFirstTokenMs": first_ms,
        "prefillTokensPerSecond": 1000 * len(ids) / first_ms,
        "decodeTokensPerSecond": 1000 * (len(tokens) - 1) / decode_ms,
        "peakMemoryBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024),
        "tokens": tokens,
    }))


def run(model, ids, max_tokens):
    """Times to the first token and from it to the last, in milliseconds, and the tokens."""
    tokens = []
    begin = time.perf_counter()
    for token, _ in generate_step(mx.array(ids), model, max_tokens=max_tokens):
        if not tokens:
            first = time.perf_counter()
        tokens.append(int(token))
    end = time.perf_counter()
    return 1000 * (first - begin), 1000 * (end - first), tokens


main()
