"""Writes sampler-golden.json beside it: what mlx-lm's processors and cuts choose from a table of logits.

The draw and what decides on XTC are those of @mlxengine/core/backend, which mlx-lm's random numbers cannot be.
Usage: sampler_reference.py
"""
import json
from pathlib import Path

import mlx.core as mx
import numpy as np
from mlx_lm import sample_utils as lm

mx.set_default_device(mx.cpu)
VOCABULARY = 1000
WORD = 0xFFFFFFFF


def mix(h):
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & WORD
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & WORD
    return h ^ (h >> 16)


def uniform(seed, index):
    return (mix(mix(seed ^ 0x9E3779B9) ^ (((index + 1) * 0x85EBCA6B) & WORD)) >> 8) / 2**24


# Logits after each token. Of sixteenths, so that many are equal, as in bfloat16; tableOf in table-model.ts makes the same.
def table():
    ids = np.arange(VOCABULARY, dtype=np.uint64)
    h = (ids[:, None] * 2654435761 + ids[None, :] * 2246822519 + 374761393) & WORD
    h = ((h ^ (h >> 15)) * 2246822519) & WORD
    x = (h ^ (h >> 13)).astype(np.float64) / 2**32
    x = x * x
    x = x * x
    return (np.floor(x * x * x * 160) / 16 - 2).astype(np.float32)


def top_k(logprobs, k):
    # mlx-lm's partition takes any of those that tie for the last place; the smallest ids are the rule here.
    row = np.array(logprobs)[0]
    cut = np.array(lm.apply_top_k(logprobs, k))[0]
    kept = np.argsort(-row, kind="stable")[:k]
    assert sorted(row[np.isfinite(cut)]) == sorted(row[kept][np.isfinite(row[kept])])
    result = np.full_like(row, -np.inf)
    result[kept] = row[kept]
    return mx.array(result[None])


def min_p(logprobs, share, least):
    # The same: what ties with the last of those that stay in any case stays too.
    cut = np.array(lm.apply_min_p(logprobs, share, least))[0]
    row = np.array(logprobs)[0]
    last = np.sort(row)[-least]
    assert cut[np.isfinite(cut)].min() == min(last, row[row >= row.max() + np.log(share)].min())
    return mx.array(np.where(row >= last, row, cut)[None])


def cut(logprobs, case, index):
    top_p = case.get("topP", 1)
    if 0 < top_p < 1:
        logprobs = lm.apply_top_p(logprobs, top_p)
    if case.get("minP", 0) > 0:
        logprobs = min_p(logprobs, case["minP"], case.get("minTokensToKeep", 1))
    if case.get("xtcProbability", 0) >= uniform(case["seed"] ^ 0x58544321, index) and "xtcProbability" in case:
        logprobs = lm.apply_xtc(logprobs, 1.0, case.get("xtcThreshold", 0.1), case.get("xtcExcludedTokens", []))
    if 0 < case.get("topK", 0) < VOCABULARY:
        logprobs = top_k(logprobs, case["topK"])
    return logprobs


def draw(logprobs, case, index):
    scaled = np.array(logprobs)[0].astype(np.float64) / case["temperature"]
    running = np.cumsum(np.exp(scaled - scaled.max()))
    target = uniform(case["seed"], index) * running[-1]
    close = np.min(np.abs(running - target)) / running[-1] < 3e-6
    return None if close else int(np.argmax(running > target))


def answer(logits, case):
    processors = lm.make_logits_processors(
        {token: bias for token, bias in case["logitBias"]} if "logitBias" in case else None,
        case.get("repetitionPenalty"), case.get("repetitionContext", 20),
        case.get("presencePenalty"), case.get("presenceContext", 20),
        case.get("frequencyPenalty"), case.get("frequencyContext", 20),
    )
    history, told = list(case["prompt"]), []
    for index in range(24):
        row = mx.array(logits[history[-1]][None])
        for processor in processors:
            row = processor(mx.array(history), row)
        logprobs = row - mx.logsumexp(row, keepdims=True)
        greedy = case["temperature"] == 0
        token = int(lm.greedy_sampler(logprobs)[0]) if greedy else draw(cut(logprobs, case, index), case, index)
        if token is None:
            return None
        values = np.array(logprobs)[0]
        top = np.argsort(-values, kind="stable")[:3]
        told.append({"token": token, "logProbability": float(values[token]), "topTokens": [int(t) for t in top]})
        history.append(token)
    return {
        "tokens": [t["token"] for t in told],
        "logProbabilities": [round(t["logProbability"], 5) for t in told],
        "topTokens": [t for entry in told for t in entry["topTokens"]],
    }


SETTINGS = [
    {},
    {"temperature": 1},
    {"temperature": 0.6, "topP": 0.95, "topK": 20},
    {"temperature": 1.5, "topK": 5},
    {"temperature": 2, "topK": 100},
    {"temperature": 2, "topK": 400},
    {"temperature": 1.3, "topP": 0.4},
    {"temperature": 1.5, "topP": 0.999},
    {"temperature": 2, "minP": 0.05},
    {"temperature": 2, "minP": 0.9, "minTokensToKeep": 4},
    {"temperature": 2, "minP": 0.9, "minTokensToKeep": 4, "topK": 10},
    {"temperature": 2, "topP": 0.9, "minP": 0.02, "topK": 30},
    {"temperature": 1, "xtcProbability": 1, "xtcThreshold": 0.02},
    {"temperature": 1, "xtcProbability": 0.5, "xtcThreshold": 0.02, "topP": 0.9},
    {"temperature": 1.5, "xtcProbability": 0.5, "xtcThreshold": 0, "xtcExcludedTokens": [0, 3, 5, 8, 13, 21, 999], "topK": 60},
    {"repetitionPenalty": 1.5},
    {"repetitionPenalty": 0.8, "repetitionContext": 5},
    {"presencePenalty": 2.5},
    {"presencePenalty": -1, "presenceContext": 3},
    {"frequencyPenalty": 0.75, "frequencyContext": 12},
    {"repetitionPenalty": 1.2, "presencePenalty": 1, "frequencyPenalty": 0.5, "repetitionContext": 64, "frequencyContext": 1},
    {"repetitionPenalty": 1.3, "temperature": 0.9, "topP": 0.9, "topK": 40},
    {"logitBias": [[7, 20], [999, 19.5], [7 * 7, -100]]},
    {"logitBias": [[500, 6], [12, -3.25]], "temperature": 1, "presencePenalty": 4, "presenceContext": 2},
]


def main():
    logits = table()
    cases = []
    for number, setting in enumerate(SETTINGS):
        case = {"temperature": 0, "seed": number * 7919, "prompt": [number, 7, 7, 3 * number % 11, 7, 499 + number], **setting}
        # A draw too close to a border between two tokens says nothing: another seed then.
        while (told := answer(logits, case)) is None:
            case["seed"] += 1
        cases.append({**case, **told})
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    Path(__file__).with_name("sampler-golden.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
