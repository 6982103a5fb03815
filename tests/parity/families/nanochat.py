from mlx_lm.models import nanochat

from . import Checkpoint, config

NAMES = {"attn.c_q": "self_attn.q_proj", "attn.c_k": "self_attn.k_proj", "attn.c_v": "self_attn.v_proj", "attn.c_proj": "self_attn.o_proj",
         "mlp.c_fc": "mlp.fc1", "mlp.c_proj": "mlp.fc2", "transformer.wte": "model.embed_tokens", "transformer.h.": "model.layers."}


def rename(weights, pairs):
    renamed = {}
    for name, weight in weights.items():
        for old, new in pairs:
            name = name.replace(old, new)
        renamed[name] = weight
    return renamed


# mlx-lm doesn't read what transformers lays out; it is brought to its names here.
nanochat.Model.sanitize = lambda self, weights: rename(weights, [(new, old) for old, new in NAMES.items()])


def hugging_face(weights, config):
    return rename(weights, NAMES.items()), {**config, "rms_norm_eps": 1e-5}


def settings(**more):
    return config("nanochat", drop=("head_dim", "rms_norm_eps", "tie_word_embeddings"), **{"intermediate_size": 256, **more})


CHECKPOINTS = {
    "dense": Checkpoint(settings()),
    "2-bit": Checkpoint(settings(num_key_value_heads=4, rope_theta=50000.0), quantization=(32, 2, "affine")),
    "6-bit-128": Checkpoint(settings(hidden_size=128, num_hidden_layers=2), quantization=(128, 6, "affine"), dtype="bfloat16"),
    "hugging-face": Checkpoint(settings(), hugging_face=hugging_face),
    "nvfp4": Checkpoint(settings(), quantization=(16, 4, "nvfp4")),
}
