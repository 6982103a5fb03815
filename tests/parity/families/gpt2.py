import mlx.core as mx

from . import VOCABULARY, Checkpoint


def config(**settings):
    return {
        **dict(model_type="gpt2", n_ctx=256, n_embd=64, n_head=4, n_layer=3, n_positions=256, layer_norm_epsilon=1e-5, vocab_size=VOCABULARY),
        **settings,
    }


def hugging_face(weights, config):
    """transformers' `Conv1D` holds matrices the other way round, and the mask as a buffer."""
    renamed = {}
    for name, weight in weights.items():
        turned = any(name.endswith(f"{part}.weight") for part in ("c_attn", "c_proj", "c_fc"))
        renamed[name.removeprefix("model.")] = weight.T if turned else weight
    for layer in range(config["n_layer"]):
        renamed[f"h.{layer}.attn.bias"] = mx.ones((1, 1, 256, 256))
    return renamed, config


CHECKPOINTS = {
    "dense": Checkpoint(config()),
    "float16": Checkpoint(config(n_head=2, n_positions=64, n_ctx=64), dtype="float16"),
    "8-bit-64": Checkpoint(config(), quantization=(64, 8, "affine"), dtype="bfloat16"),
    "5-bit-128": Checkpoint(config(n_embd=128, layer_norm_epsilon=1e-6), quantization=(128, 5, "affine")),
    "hugging-face": Checkpoint(config(), hugging_face=hugging_face),
    "mxfp4": Checkpoint(config(), quantization=(32, 4, "mxfp4")),
}
