from expert_layouts import PROJECTIONS, unstack
from recurrent_layouts import norms_less_one, taps_last

from . import Checkpoint, config


def hugging_face(weights, settings):
    return norms_less_one(taps_last(unstack(weights, "mlp.switch_mlp", "mlp.experts", PROJECTIONS))), settings


def settings(**changes):
    return config("qwen3_next", **{**dict(
        num_hidden_layers=4, linear_num_value_heads=4, linear_num_key_heads=2, linear_key_head_dim=16, linear_value_head_dim=16, linear_conv_kernel_dim=4,
        num_experts=8, num_experts_per_tok=2, decoder_sparse_step=1, shared_expert_intermediate_size=32, mlp_only_layers=[], moe_intermediate_size=32,
        full_attention_interval=4, partial_rotary_factor=0.5, norm_topk_prob=True), **changes})


CHECKPOINTS = {
    "dense": Checkpoint(settings()),
    "4-bit": Checkpoint(settings(mlp_only_layers=[1], linear_value_head_dim=32), quantization=(32, 4, "affine")),
    "plain": Checkpoint(settings(full_attention_interval=2, norm_topk_prob=False, attention_bias=True, linear_num_key_heads=4, linear_key_head_dim=32)),
    "no-experts": Checkpoint(settings(num_experts=0)),
    "tied-hugging-face": Checkpoint(settings(tie_word_embeddings=True), hugging_face=hugging_face),
}
