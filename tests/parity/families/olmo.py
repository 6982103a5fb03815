"""mlx-lm's OLMo asks for a package that it doesn't use, adds a mask that has become a word, and returns its cache besides tied logits:
these three are mended here, and what transformers lays out (which mlx-lm doesn't read) is brought to its form."""
import sys
import types

import mlx.core as mx

from . import VOCABULARY, Checkpoint

sys.modules.setdefault("hf_olmo", types.ModuleType("hf_olmo"))
from mlx_lm.models import base, olmo  # noqa: E402

call = olmo.Transformer.__call__
from_dict = olmo.ModelArgs.from_dict


def additive_mask(h, cache=None):
    mask = base.create_attention_mask(h, cache, return_array=True) if h.shape[1] > 1 else None
    return None if mask is None else mx.where(mask, 0.0, -mx.inf)


def logits_alone(self, inputs, cache=None):
    answer = call(self, inputs, cache)
    return answer[0] if isinstance(answer, tuple) else answer


def either_config(values):
    if "d_model" in values:
        return from_dict(values)
    return from_dict(dict(
        model_type="olmo", d_model=values["hidden_size"], n_layers=values["num_hidden_layers"], n_heads=values["num_attention_heads"],
        mlp_hidden_size=2 * values["intermediate_size"], vocab_size=values["vocab_size"], embedding_size=values["vocab_size"],
        rope_theta=values["rope_theta"], weight_tying=values["tie_word_embeddings"],
    ))


def fuse(self, weights):
    if "model.embed_tokens.weight" not in weights:
        return weights
    fused = {"model.transformer.wte.weight": weights["model.embed_tokens.weight"]}
    if "lm_head.weight" in weights:
        fused["model.transformer.ff_out.weight"] = weights["lm_head.weight"]
    for layer in range(len(self.layers)):
        old, new = f"model.layers.{layer}", f"model.transformer.blocks.{layer}"
        parts = {
            "att_proj": [f"self_attn.{name}_proj" for name in "qkv"], "attn_out": ["self_attn.o_proj"],
            "ff_proj": ["mlp.up_proj", "mlp.gate_proj"], "ff_out": ["mlp.down_proj"],
        }
        for name, sources in parts.items():
            fused[f"{new}.{name}.weight"] = mx.concatenate([weights[f"{old}.{source}.weight"] for source in sources])
    return fused


olmo.create_attention_mask = additive_mask
olmo.Transformer.__call__ = logits_alone
olmo.ModelArgs.from_dict = either_config
olmo.Model.sanitize = fuse


def hugging_face(weights, config):
    split = {"model.embed_tokens.weight": weights["model.transformer.wte.weight"]}
    if not config["weight_tying"]:
        split["lm_head.weight"] = weights["model.transformer.ff_out.weight"]
    for layer in range(config["n_layers"]):
        old, new = f"model.transformer.blocks.{layer}", f"model.layers.{layer}"
        for name, part in zip("qkv", mx.split(weights[f"{old}.att_proj.weight"], 3)):
            split[f"{new}.self_attn.{name}_proj.weight"] = part
        for name, part in zip(["up", "gate"], mx.split(weights[f"{old}.ff_proj.weight"], 2)):
            split[f"{new}.mlp.{name}_proj.weight"] = part
        split[f"{new}.self_attn.o_proj.weight"] = weights[f"{old}.attn_out.weight"]
        split[f"{new}.mlp.down_proj.weight"] = weights[f"{old}.ff_out.weight"]
    return split, dict(
        model_type="olmo", hidden_size=config["d_model"], num_hidden_layers=config["n_layers"], num_attention_heads=config["n_heads"],
        num_key_value_heads=config["n_heads"], intermediate_size=config["mlp_hidden_size"] // 2, vocab_size=config["vocab_size"],
        rope_theta=config["rope_theta"], tie_word_embeddings=config["weight_tying"], max_position_embeddings=512, hidden_act="silu",
        clip_qkv=None, attention_bias=False, rope_scaling=None,
    )


def config(drop=(), **settings):
    merged = {
        **dict(model_type="olmo", d_model=64, n_layers=3, n_heads=4, mlp_hidden_size=192, vocab_size=VOCABULARY,
               embedding_size=VOCABULARY, rope_theta=10000.0, weight_tying=False),
        **settings,
    }
    return {key: value for key, value in merged.items() if key not in drop}


CHECKPOINTS = {
    "dense": Checkpoint(config(rope_theta=5000.0)),
    "tied-traditional-float16": Checkpoint(config(weight_tying=True, rope_traditional=True), dtype="float16"),
    "4-bit-64": Checkpoint(config(d_model=128, mlp_hidden_size=256, embedding_size=192), quantization=(64, 4, "affine")),
    "tied-6-bit": Checkpoint(config(weight_tying=True), quantization=(32, 6, "affine")),
    "silent-tying": Checkpoint(config(drop=("weight_tying",))),
    "hugging-face": Checkpoint(config(), hugging_face=hugging_face),
    "hugging-face-tied": Checkpoint(config(weight_tying=True), hugging_face=hugging_face, dtype="bfloat16"),
}
