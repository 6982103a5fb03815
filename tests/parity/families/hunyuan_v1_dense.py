from . import Checkpoint, config

ALPHA = {"alpha": 1000.0, "beta_fast": 32, "beta_slow": 1, "factor": 1.0, "mscale": 1.0, "mscale_all_dim": 1.0, "type": "dynamic"}


def hugging_face(weights, config):
    return {**weights, "lm_head.weight": weights["model.embed_tokens.weight"]}, config


CHECKPOINTS = {
    "dense": Checkpoint(config("hunyuan_v1_dense", rope_scaling=ALPHA)),
    "biases": Checkpoint(config("hunyuan_v1_dense", use_qk_norm=False, attention_bias=True, head_dim=None)),
    "alpha-of-linear": Checkpoint(config("hunyuan_v1_dense", rope_scaling={"type": "linear", "alpha": 2.0, "factor": 4.0})),
    "8-bit": Checkpoint(config("hunyuan_v1_dense", rope_scaling={**ALPHA, "alpha": 50.0}, head_dim=32), quantization=(32, 8, "affine")),
    "mxfp4": Checkpoint(config("hunyuan_v1_dense", drop=("tie_word_embeddings",)), quantization=(32, 4, "mxfp4"), dtype="float16"),
    "hugging-face": Checkpoint(
        config("hunyuan_v1_dense", rope_scaling=ALPHA, tie_word_embeddings=True), hugging_face=hugging_face, dtype="bfloat16",
    ),
}
