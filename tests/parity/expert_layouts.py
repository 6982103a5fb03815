"""How transformers lays out experts; mlx-lm's sanitize brings each back to stacks."""
import mlx.core as mx


def unstack(weights, stack, expert, names):
    """`….{stack}.{ours}.{part}` of shape [E, …] to `….{expert}.{e}.{theirs}.{part}`; names is {ours: theirs}."""
    result = {}
    for name, value in weights.items():
        for ours, theirs in names.items():
            marker = f".{stack}.{ours}."
            if marker in name:
                head, part = name.split(marker)
                for e in range(value.shape[0]):
                    result[f"{head}.{expert}.{e}.{theirs}.{part}"] = mx.contiguous(value[e])
                break
        else:
            result[name] = value
    return result


PROJECTIONS = {name: name for name in ("gate_proj", "up_proj", "down_proj")}
W123 = {"gate_proj": "w1", "down_proj": "w2", "up_proj": "w3"}


def joined_latent(weights, heads):
    """DeepSeek's `kv_b_proj` from `embed_q` [H, R, Dn] and `unembed_out` [H, Dv, R]."""
    result = {}
    for name, value in weights.items():
        if name.endswith(".embed_q.weight"):
            values = weights[name.replace("embed_q", "unembed_out")]
            joined = mx.concatenate([value.swapaxes(-1, -2), values], axis=1)
            result[name.replace("embed_q", "kv_b_proj")] = mx.contiguous(joined.reshape(-1, joined.shape[-1]))
        elif not name.endswith(".unembed_out.weight"):
            result[name] = value
    return result
