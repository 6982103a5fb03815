"""mlx-lm runs BitNet on Metal only: its kernel is replaced here by a dense product with the same weights, as its source computes them.
The random matrices are ternary, four rows to a byte: row r + i · out / 4 lies in bits 2i, and holds the value + 1."""
import mlx.core as mx
from mlx_lm.models import bitlinear_layers, bitnet

from . import Checkpoint, config


def pack(codes):
    rows = codes.shape[0] // 4
    return sum(codes[i * rows : (i + 1) * rows].astype(mx.uint8) << (2 * i) for i in range(4)).astype(mx.uint8)


class BitLinear(bitlinear_layers.BitLinear):
    def __init__(self, in_features, out_features, **options):
        super().__init__(in_features, out_features, **options)
        self.weight = pack(mx.random.randint(0, 3, (out_features, in_features)))
        if self.bias is None:
            del self.bias

    def __call__(self, x):
        codes = mx.concatenate([(self.weight >> (2 * i)) & 3 for i in range(4)])
        dense = codes.astype(mx.float32) - 1
        y = (x.astype(mx.float32) @ dense.T) * (1 / self.weight_scale if self.invert_weight_scales else self.weight_scale)
        return y + self.bias if "bias" in self else y


bitlinear_layers.BitLinear = bitnet.BitLinear = BitLinear


def settings(modules_to_not_convert=("lm_head",), **more):
    online = {"quant_method": "bitnet", "linear_class": "autobitlinear", "modules_to_not_convert": list(modules_to_not_convert)}
    return config("bitnet", **{"hidden_act": "relu2", "quantization_config": online, **more})


def scales(name, value):
    return value * 0.15 if name.endswith("weight_scale") else value


def ternary_head(weights, config):
    weights["lm_head.weight"] = pack(mx.random.randint(0, 3, (config["vocab_size"], config["hidden_size"])))
    divides = config["quantization_config"].get("linear_class") != "autobitlinear"
    return {**weights, "lm_head.weight_scale": mx.array([6.5 if divides else 0.17])}, config


def tied_head(weights, config):
    return {**weights, "lm_head.weight": weights["model.embed_tokens.weight"]}, config


LEGACY = {"quant_method": "bitnet"}

CHECKPOINTS = {
    "untied": Checkpoint(settings(), adjust=scales),
    "tied-bfloat16": Checkpoint(
        settings(tie_word_embeddings=True, rope_theta=500000.0, hidden_size=128, intermediate_size=256, head_dim=None), adjust=scales,
        dtype="bfloat16",
    ),
    "biases": Checkpoint(settings(attention_bias=True, mlp_bias=True, rope_traditional=True, num_key_value_heads=4), adjust=scales, dtype="float16"),
    "ternary-head": Checkpoint(settings([]), adjust=scales, hugging_face=ternary_head),
    "ternary-head-divided": Checkpoint(settings(quantization_config=LEGACY), adjust=scales, hugging_face=ternary_head),
    "hugging-face-tied": Checkpoint(settings(tie_word_embeddings=True), adjust=scales, hugging_face=tied_head),
}
