from expert_layouts import PROJECTIONS, unstack

from . import Checkpoint, config


def hugging_face(weights, settings):
    return unstack(weights, "mlp.switch_mlp", "mlp.experts", PROJECTIONS), settings


SETTINGS = dict(num_experts=8, num_experts_per_tok=2, decoder_sparse_step=1, moe_intermediate_size=32)
CHECKPOINTS = {
    "dense": Checkpoint(config("qwen3_moe", mlp_only_layers=[], norm_topk_prob=False, **SETTINGS)),
    "4-bit-mlp-only-layer": Checkpoint(config("qwen3_moe", mlp_only_layers=[1], norm_topk_prob=True, **SETTINGS), quantization=(32, 4, "affine")),
    "mxfp4": Checkpoint(config("qwen3_moe", mlp_only_layers=[], norm_topk_prob=True, **SETTINGS), quantization=(32, 4, "mxfp4")),
    "tied-hugging-face": Checkpoint(
        config("qwen3_moe", mlp_only_layers=[0], norm_topk_prob=True, tie_word_embeddings=True, **SETTINGS), hugging_face=hugging_face),
    "every-second-layer": Checkpoint(config("qwen3_moe", mlp_only_layers=[], norm_topk_prob=True, **{**SETTINGS, "decoder_sparse_step": 2}), quantization=(32, 6, "affine")),
    "single-expert": Checkpoint(config("qwen3_moe", mlp_only_layers=[], norm_topk_prob=True, **{**SETTINGS, "num_experts_per_tok": 1})),
    "no-experts": Checkpoint(config("qwen3_moe", mlp_only_layers=[], norm_topk_prob=True, **{**SETTINGS, "num_experts": 0})),
}
