from . import Checkpoint, config


def settings(**more):
    return config("cohere", drop=("head_dim", "rms_norm_eps", "tie_word_embeddings"), layer_norm_eps=1e-5, **more)


CHECKPOINTS = {
    "dense": Checkpoint(settings()),
    "query-key-norms": Checkpoint(settings(use_qk_norm=True, logit_scale=0.25, attention_bias=True, layer_norm_bias=True)),
    "3-bit-64": Checkpoint(
        settings(hidden_size=128, intermediate_size=192, num_key_value_heads=4, logit_scale=0.8333, use_qk_norm=True),
        quantization=(64, 3, "affine"), dtype="float16",
    ),
    "5-bit": Checkpoint(settings(rope_theta=8000000.0), quantization=(32, 5, "affine")),
}
