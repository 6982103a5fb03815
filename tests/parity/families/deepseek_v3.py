import mlx.core as mx

from expert_layouts import PROJECTIONS, joined_latent, unstack

from . import Checkpoint, config

YARN = dict(type="yarn", factor=40.0, original_max_position_embeddings=64, beta_fast=32, beta_slow=1, mscale=1.0, mscale_all_dim=1.0)


def hugging_face(weights, settings):
    return unstack(joined_latent(weights, settings["num_attention_heads"]), "mlp.switch_mlp", "mlp.experts", PROJECTIONS), settings


def float8(weights, settings):
    """As DeepSeek ships it: linears in F8_E4M3 with the inverse scale of each block of 128 × 128."""
    weights, settings = hugging_face(weights, settings)
    result = {}
    for name, value in weights.items():
        linear = name.endswith("_proj.weight") or name.endswith("_with_mqa.weight")
        if not linear:
            result[name] = value
            continue
        rows, columns = value.shape
        blocks = ((rows + 127) // 128, (columns + 127) // 128)
        scale = mx.random.uniform(0.5, 2.0, blocks) * (mx.abs(value).max() / 400)
        spread = mx.repeat(mx.repeat(scale, 128, 0), 128, 1)[:rows, :columns]
        result[name] = mx.to_fp8(value / spread)
        result[name + "_scale_inv"] = scale
    settings["quantization_config"] = {"quant_method": "fp8", "fmt": "e4m3", "weight_block_size": [128, 128], "activation_scheme": "dynamic"}
    return result, settings


def settings(model_type="deepseek_v3", **changes):
    return config(model_type, drop=("head_dim",), **{**dict(
        num_key_value_heads=4, q_lora_rank=32, kv_lora_rank=32, qk_rope_head_dim=8, qk_nope_head_dim=32, v_head_dim=16, n_routed_experts=8,
        num_experts_per_tok=2, n_shared_experts=1, moe_intermediate_size=32, n_group=2, topk_group=1, routed_scaling_factor=2.5,
        first_k_dense_replace=1, moe_layer_freq=1, norm_topk_prob=True, scoring_func="sigmoid", topk_method="noaux_tc", attention_bias=False,
        rope_scaling=None), **changes})


def joined_quantized(weights, settings):
    """An older conversion, with kv_b_proj quantized whole."""
    plain, rest = {}, {}
    for name, value in weights.items():
        (plain if ".embed_q." in name or ".unembed_out." in name else rest)[name] = value
    for name in [name for name in plain if name.endswith("embed_q.weight")]:
        path = name.removesuffix(".embed_q.weight")
        part = lambda which: mx.dequantize(*(plain[f"{path}.{which}.{kind}"] for kind in ("weight", "scales", "biases")), group_size=32, bits=4)
        joined = mx.concatenate([part("embed_q").swapaxes(-1, -2), part("unembed_out")], axis=1)
        quantized = mx.quantize(joined.reshape(-1, joined.shape[-1]), group_size=32, bits=4)
        rest.update({f"{path}.kv_b_proj.{kind}": value for kind, value in zip(("weight", "scales", "biases"), quantized)})
    return rest, settings


CHECKPOINTS = {
    "dense": Checkpoint(settings()),
    "yarn-4-bit": Checkpoint(settings(rope_scaling=YARN, n_group=4, topk_group=2), quantization=(32, 4, "affine")),
    "kimi-k2": Checkpoint(settings("kimi_k2", n_group=1, topk_group=1, q_lora_rank=None, attention_bias=True), quantization=(32, 8, "affine")),
    "joined-4-bit": Checkpoint(settings(), quantization=(32, 4, "affine"), hugging_face=joined_quantized),
    "hugging-face": Checkpoint(settings(), hugging_face=hugging_face),
    "float8": Checkpoint(settings(hidden_size=192, intermediate_size=320), hugging_face=float8),
}
