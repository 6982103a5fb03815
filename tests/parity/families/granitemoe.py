import mlx.core as mx

from . import Checkpoint, config


def hugging_face(weights, settings):
    result = {}
    for name, value in weights.items():
        if ".switch_mlp.gate_proj." in name:
            up = weights[name.replace("gate_proj", "up_proj")]
            result[name.replace("switch_mlp.gate_proj", "input_linear")] = mx.concatenate([value, up], axis=1)
        elif ".switch_mlp.up_proj." not in name:
            result[name.replace("switch_mlp.down_proj", "output_linear")] = value
    return result, settings


SETTINGS = dict(num_local_experts=8, num_experts_per_tok=2, logits_scaling=8.0, attention_multiplier=0.25, embedding_multiplier=12.0,
                residual_multiplier=0.22, attention_bias=False, drop=("head_dim",))
CHECKPOINTS = {
    "dense": Checkpoint(config("granitemoe", **SETTINGS)),
    "mixed-precision": Checkpoint(config("granitemoe", hidden_size=128, intermediate_size=128, **SETTINGS), quantization=(32, 4, "affine")),
    "tied-hugging-face": Checkpoint(config("granitemoe", tie_word_embeddings=True, **SETTINGS), hugging_face=hugging_face),
}
