import mlx.core as mx

from . import Checkpoint, config


def settings(**more):
    return config(
        "gpt_neox", drop=("head_dim", "num_key_value_heads", "intermediate_size", "rms_norm_eps", "rope_theta", "tie_word_embeddings"),
        **{"layer_norm_eps": 1e-5, "rotary_emb_base": 10000, "rotary_pct": 0.25, **more},
    )


def hugging_face(weights, config):
    renamed = {}
    for name, weight in weights.items():
        plain = name.removeprefix("model.")
        renamed[plain if plain.startswith("embed_out.") else "gpt_neox." + plain.replace("h.", "layers.", 1) if plain.startswith("h.") else f"gpt_neox.{plain}"] = weight
    for layer in range(config["num_hidden_layers"]):
        attention = f"gpt_neox.layers.{layer}.attention"
        renamed.update({f"{attention}.bias": mx.ones((1, 1, 8, 8)), f"{attention}.masked_bias": mx.array(-1e9),
                        f"{attention}.rotary_emb.inv_freq": mx.ones(2)})
    return renamed, config


CHECKPOINTS = {
    "dense": Checkpoint(settings()),
    "sequential": Checkpoint(settings(use_parallel_residual=False, rotary_pct=1.0, rotary_emb_base=25000), dtype="bfloat16"),
    "5-bit-64": Checkpoint(settings(hidden_size=128, rotary_pct=0.5), quantization=(64, 5, "affine"), dtype="float16"),
    "4-bit": Checkpoint(settings(use_parallel_residual=False), quantization=(32, 4, "affine"), overrides={"embed_out": {"group_size": 64, "bits": 8}}),
    "hugging-face": Checkpoint(settings(), hugging_face=hugging_face),
}
