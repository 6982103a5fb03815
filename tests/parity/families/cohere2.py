from . import Checkpoint, config


def settings(**more):
    return config("cohere2", drop=("rms_norm_eps", "tie_word_embeddings"), layer_norm_eps=1e-5, **{"num_hidden_layers": 4, "sliding_window": 8, **more})


CHECKPOINTS = {
    "dense": Checkpoint(settings()),
    "pattern-2": Checkpoint(settings(sliding_window=5, sliding_window_pattern=2, attention_bias=True, layer_norm_bias=True, logit_scale=0.25)),
    "pattern-before-types": Checkpoint(settings(sliding_window_pattern=2, layer_types=["full_attention"] * 4)),
    "5-bit": Checkpoint(settings(num_hidden_layers=5), quantization=(32, 5, "affine"), dtype="bfloat16"),
    "8-bit-128": Checkpoint(
        settings(hidden_size=128, head_dim=32, intermediate_size=256, sliding_window_pattern=3), quantization=(128, 8, "affine"),
    ),
}
