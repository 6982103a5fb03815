from . import Checkpoint, config


def settings(**more):
    return config("stablelm", drop=("head_dim", "rms_norm_eps", "tie_word_embeddings"), **{
        "layer_norm_eps": 1e-5, "use_qkv_bias": False, "partial_rotary_factor": 0.25, **more})


CHECKPOINTS = {
    "dense": Checkpoint(settings()),
    "biases": Checkpoint(settings(use_qkv_bias=True, partial_rotary_factor=0.5, num_key_value_heads=4), dtype="float16"),
    "parallel": Checkpoint(settings(use_parallel_residual=True, qk_layernorm=True)),
    "head-norms-2-bit-64": Checkpoint(
        settings(hidden_size=128, intermediate_size=192, qk_layernorm=True, use_qkv_bias=True), quantization=(64, 2, "affine"),
    ),
    "parallel-mxfp4": Checkpoint(settings(use_parallel_residual=True), quantization=(32, 4, "mxfp4"), dtype="bfloat16"),
}
