from expert_layouts import W123, unstack

from . import Checkpoint, config


def hugging_face(weights, settings):
    return unstack(weights, "block_sparse_moe.switch_mlp", "block_sparse_moe.experts", W123), settings


SETTINGS = dict(num_local_experts=8, num_experts_per_tok=2, drop=("head_dim",))
LONGROPE = dict(type="longrope", short_factor=[1.0] * 8, long_factor=[1.0 + 0.5 * i for i in range(8)], short_mscale=1.1, long_mscale=1.25)
CHECKPOINTS = {
    "dense": Checkpoint(config("phimoe", original_max_position_embeddings=128, rope_scaling=LONGROPE, **SETTINGS)),
    "plain-rope-4-bit": Checkpoint(config("phimoe", rope_scaling=None, **SETTINGS), quantization=(32, 4, "affine")),
    "wide-jitter": Checkpoint(config("phimoe", rope_scaling=None, router_jitter_noise=0.4, **SETTINGS)),
    "hugging-face": Checkpoint(config("phimoe", rope_scaling=None, **SETTINGS), hugging_face=hugging_face),
}
