import mlx.core as mx

from . import Checkpoint, config

YARN = {"rope_type": "yarn", "factor": 32.0, "beta_fast": 32.0, "beta_slow": 1.0, "original_max_position_embeddings": 64, "truncate": False}


def interleave(gate, up, axis):
    stacked = mx.stack([gate, up], axis=axis + 1)
    shape = list(gate.shape)
    shape[axis] *= 2
    return stacked.reshape(shape)


def hugging_face(weights, settings):
    """OpenAI's own: mxfp4 blocks U8 [E, out, in / 32, 16], scales and biases of gate and up rows in turn."""
    result = {}
    for name, value in weights.items():
        if ".experts.up_proj." in name:
            continue
        if ".experts.gate_proj." in name:
            value = interleave(value, weights[name.replace("gate_proj", "up_proj")], 1)
            name = name.replace("gate_proj", "gate_up_proj")
        if ".experts." in name:
            if name.endswith(".weight"):
                value = value.view(mx.uint8)
                value = value.reshape(*value.shape[:-1], -1, 16)
                name = name.replace(".weight", "_blocks")
            name = name.replace(".scales", "_scales").replace("proj.bias", "proj_bias")
        result[name] = value
    settings = {key: value for key, value in settings.items() if key not in ("quantization", "quantization_config")}
    settings["quantization_config"] = {"quant_method": "mxfp4", "modules_to_not_convert": ["model.layers.*.self_attn"]}
    return result, settings


SETTINGS = dict(num_hidden_layers=4, num_local_experts=8, num_experts_per_tok=2, sliding_window=8, rope_scaling=YARN, intermediate_size=64)
ONLY_EXPERTS = {"self_attn": False, "router": False, "embed_tokens": False, "lm_head": False}
CHECKPOINTS = {
    "dense": Checkpoint(config("gpt_oss", layer_types=["sliding_attention", "full_attention"] * 2, **SETTINGS)),
    "mxfp4": Checkpoint(config("gpt_oss", **SETTINGS), quantization=(32, 4, "mxfp4"), overrides=ONLY_EXPERTS),
    "all-mxfp4": Checkpoint(config("gpt_oss", **SETTINGS), quantization=(32, 4, "mxfp4"), overrides={"router": {"group_size": 64, "bits": 8}}),
    "hugging-face": Checkpoint(config("gpt_oss", **SETTINGS), quantization=(32, 4, "mxfp4"), overrides=ONLY_EXPERTS, hugging_face=hugging_face),
}
