import mlx.core as mx

from recurrent_layouts import taps_last

from . import Checkpoint, config


def hugging_face(weights, settings):
    result = {}
    for name, value in taps_last(weights).items():
        for gate, joined, axis in ((".switch_mlp.gate_proj.", "input_linear", 1), (".mlp.gate_proj.", "shared_mlp.input_linear", 0)):
            if gate in name:
                up = weights[name.replace("gate_proj", "up_proj")]
                name, value = name.replace(gate.strip("."), joined), mx.concatenate([value, up], axis=axis)
        if ".up_proj." not in name:
            result[name.replace("switch_mlp.down_proj", "output_linear").replace(".mlp.down_proj", ".shared_mlp.output_linear")] = value
    return result, settings


def settings(**changes):
    return config("granitemoehybrid", drop=("head_dim",), **{**dict(
        attention_bias=False, embedding_multiplier=12.0, attention_multiplier=0.25, logits_scaling=8.0, residual_multiplier=0.22,
        layer_types=["mamba", "attention", "mamba"], mamba_n_heads=4, mamba_d_head=32, mamba_proj_bias=False, mamba_d_state=16, mamba_d_conv=4, mamba_n_groups=1,
        mamba_conv_bias=True), **changes})


EXPERTS = dict(num_local_experts=8, num_experts_per_tok=2, shared_intermediate_size=64)
CHECKPOINTS = {
    "dense": Checkpoint(settings()),
    "experts-4-bit": Checkpoint(settings(**EXPERTS), quantization=(32, 4, "affine"), overrides={"router": {"group_size": 64, "bits": 8}}),
    "no-positions": Checkpoint(settings(position_embedding_type="nope", mamba_n_groups=2, attention_bias=True, mlp_bias=True, time_step_limit=[0.01, 0.8])),
    "attention-only": Checkpoint(settings(layer_types=["attention"] * 3, rope_parameters={"rope_theta": 500.0, "rope_type": "default"})),
    "experts-hugging-face": Checkpoint(settings(tie_word_embeddings=True, **EXPERTS), hugging_face=hugging_face),
    "dense-hugging-face": Checkpoint(settings(tie_word_embeddings=True), hugging_face=hugging_face),
}
