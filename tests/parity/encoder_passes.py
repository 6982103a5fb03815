"""Forward passes of encoders in NumPy and float64, written after transformers' modeling files.

Each takes a config, weights by the names of transformers' checkpoints (float64) and ids, and gives the vectors of all tokens.
"""
import math

import numpy as np

erf = np.vectorize(math.erf)
FUNCTIONS = {
    "gelu": lambda x: 0.5 * x * (1 + erf(x / math.sqrt(2))),
    "gelu_new": lambda x: 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
    "relu": lambda x: np.maximum(x, 0),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "tanh": np.tanh,
    "identity": lambda x: x,
}
FUNCTIONS["gelu_pytorch_tanh"] = FUNCTIONS["gelu_new"]


def layer_norm(w, name, x, epsilon):
    centered = x - x.mean(-1, keepdims=True)
    scaled = centered / np.sqrt((centered**2).mean(-1, keepdims=True) + epsilon) * w[f"{name}.weight"]
    return scaled + w.get(f"{name}.bias", 0)


def rms_norm(weight, x, epsilon):
    return x / np.sqrt((x**2).mean(-1, keepdims=True) + epsilon) * weight


def linear(w, name, x):
    return x @ w[f"{name}.weight"].T + w.get(f"{name}.bias", 0)


def softmax(x):
    x = np.exp(x - x.max(-1, keepdims=True))
    return x / x.sum(-1, keepdims=True)


def heads_of(x, heads):
    return x.reshape(len(x), heads, -1).transpose(1, 0, 2)


def attention(q, k, v, mask, scale=None):
    """[heads, L, D] each, keys of fewer heads repeated; to [L, heads * D]"""
    k, v = (np.repeat(x, q.shape[0] // x.shape[0], 0) for x in (k, v))
    scores = q @ k.transpose(0, 2, 1) * (scale or q.shape[-1] ** -0.5)
    out = softmax(np.where(mask, scores, -np.inf)) @ v
    return out.transpose(1, 0, 2).reshape(q.shape[1], -1)


def rope(x, base):
    """[heads, L, D], the two halves of D turned against each other"""
    half = x.shape[-1] // 2
    angles = np.arange(x.shape[1])[:, None] / base ** (np.arange(half) / half)
    a, b = x[..., :half], x[..., half:]
    return np.concatenate([a * np.cos(angles) - b * np.sin(angles), b * np.cos(angles) + a * np.sin(angles)], -1)


def distances(length):
    return np.arange(length)[:, None] - np.arange(length)[None]


def bert(config, w, tokens, types, first_position=0):
    epsilon, heads = config["layer_norm_eps"], config["num_attention_heads"]
    places = np.arange(len(tokens)) + first_position
    x = w["embeddings.word_embeddings.weight"][tokens] + w["embeddings.position_embeddings.weight"][places]
    x = layer_norm(w, "embeddings.LayerNorm", x + w["embeddings.token_type_embeddings.weight"][types], epsilon)
    for layer in range(config["num_hidden_layers"]):
        path = f"encoder.layer.{layer}"
        q, k, v = (heads_of(linear(w, f"{path}.attention.self.{name}", x), heads) for name in ("query", "key", "value"))
        attended = linear(w, f"{path}.attention.output.dense", attention(q, k, v, True))
        x = layer_norm(w, f"{path}.attention.output.LayerNorm", attended + x, epsilon)
        up = FUNCTIONS[config["hidden_act"]](linear(w, f"{path}.intermediate.dense", x))
        x = layer_norm(w, f"{path}.output.LayerNorm", linear(w, f"{path}.output.dense", up) + x, epsilon)
    return x


def modernbert(config, w, tokens):
    epsilon, heads = config["norm_eps"], config["num_attention_heads"]
    norm = lambda name, x: layer_norm(w, name, x, epsilon)
    act = FUNCTIONS[config["hidden_activation"]]
    near = abs(distances(len(tokens))) <= config["local_attention"] // 2
    x = norm("embeddings.norm", w["embeddings.tok_embeddings.weight"][tokens])
    for layer in range(config["num_hidden_layers"]):
        path = f"layers.{layer}"
        full = layer % config["global_attn_every_n_layers"] == 0
        base = config["global_rope_theta" if full else "local_rope_theta"]
        h = x if layer == 0 else norm(f"{path}.attn_norm", x)
        q, k, v = (heads_of(part, heads) for part in np.split(linear(w, f"{path}.attn.Wqkv", h), 3, -1))
        x = x + linear(w, f"{path}.attn.Wo", attention(rope(q, base), rope(k, base), v, True if full else near))
        up, gate = np.split(linear(w, f"{path}.mlp.Wi", norm(f"{path}.mlp_norm", x)), 2, -1)
        x = x + linear(w, f"{path}.mlp.Wo", act(up) * gate)
    return norm("final_norm", x)


def qwen3(config, w, tokens):
    epsilon, heads, groups = config["rms_norm_eps"], config["num_attention_heads"], config["num_key_value_heads"]
    causal = distances(len(tokens)) >= 0
    x = w["model.embed_tokens.weight"][tokens]
    for layer in range(config["num_hidden_layers"]):
        path = f"model.layers.{layer}"
        norm = lambda name, x: rms_norm(w[f"{path}.{name}.weight"], x, epsilon)
        part = lambda name, count: heads_of(linear(w, f"{path}.self_attn.{name}", h), count)
        h = norm("input_layernorm", x)
        q = rope(norm("self_attn.q_norm", part("q_proj", heads)), config["rope_theta"])
        k = rope(norm("self_attn.k_norm", part("k_proj", groups)), config["rope_theta"])
        x = x + linear(w, f"{path}.self_attn.o_proj", attention(q, k, part("v_proj", groups), causal))
        h = norm("post_attention_layernorm", x)
        up = FUNCTIONS["silu"](linear(w, f"{path}.mlp.gate_proj", h)) * linear(w, f"{path}.mlp.up_proj", h)
        x = x + linear(w, f"{path}.mlp.down_proj", up)
    return rms_norm(w["model.norm.weight"], x, epsilon)


def gemma3(config, w, tokens):
    """With `use_bidirectional_attention`: half of the window lies on each side."""
    epsilon, heads, groups = config["rms_norm_eps"], config["num_attention_heads"], config["num_key_value_heads"]
    apart = distances(len(tokens))
    window = config["sliding_window"]
    near = abs(apart) < window // 2 + 1
    x = w["model.embed_tokens.weight"][tokens] * config["hidden_size"] ** 0.5
    for layer in range(config["num_hidden_layers"]):
        path = f"model.layers.{layer}"
        norm = lambda name, x: rms_norm(1 + w[f"{path}.{name}.weight"], x, epsilon)
        part = lambda name, count: heads_of(linear(w, f"{path}.self_attn.{name}", h), count)
        types = config.get("layer_types")
        full = types[layer] == "full_attention" if types else (layer + 1) % config["sliding_window_pattern"] == 0
        base = config["rope_theta" if full else "rope_local_base_freq"]
        h = norm("input_layernorm", x)
        q, k = rope(norm("self_attn.q_norm", part("q_proj", heads)), base), rope(norm("self_attn.k_norm", part("k_proj", groups)), base)
        attended = attention(q, k, part("v_proj", groups), True if full else near, config["query_pre_attn_scalar"] ** -0.5)
        x = x + norm("post_attention_layernorm", linear(w, f"{path}.self_attn.o_proj", attended))
        h = norm("pre_feedforward_layernorm", x)
        up = FUNCTIONS["gelu_new"](linear(w, f"{path}.mlp.gate_proj", h)) * linear(w, f"{path}.mlp.up_proj", h)
        x = x + norm("post_feedforward_layernorm", linear(w, f"{path}.mlp.down_proj", up))
    return rms_norm(1 + w["model.norm.weight"], x, epsilon)
