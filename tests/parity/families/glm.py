import mlx.core as mx

from . import Checkpoint, config


def hugging_face(weights, config):
    for layer in range(config["num_hidden_layers"]):
        weights[f"model.layers.{layer}.self_attn.rotary_emb.inv_freq"] = mx.ones(8)
    weights["lm_head.weight"] = weights["model.embed_tokens.weight"]
    return weights, config


CHECKPOINTS = {
    "dense": Checkpoint(config("glm")),
    "biases-tied": Checkpoint(config("glm", attention_bias=True, tie_word_embeddings=True, head_dim=24)),
    "mxfp8": Checkpoint(config("glm", attention_bias=True), quantization=(32, 8, "mxfp8")),
    "4-bit": Checkpoint(config("glm", drop=("tie_word_embeddings",)), quantization=(32, 4, "affine"), dtype="float16"),
    "hugging-face": Checkpoint(config("glm", attention_bias=True, tie_word_embeddings=True), hugging_face=hugging_face, dtype="bfloat16"),
}
