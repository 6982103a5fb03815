from encoder_checkpoints import GEMMA3, NORMALIZE, EncoderCheckpoint, dense, pooling


def bare(name):
    return name.removeprefix("model.")


TYPES = ["full_attention", "sliding_attention", "sliding_attention", "full_attention"]
BY_TYPE = {**{key: value for key, value in GEMMA3.items() if key != "sliding_window_pattern"}, "layer_types": TYPES}

CHECKPOINTS = {
    "layer-types": EncoderCheckpoint(BY_TYPE, [pooling("mean"), NORMALIZE], rename=bare),
    "mean-dense": EncoderCheckpoint(GEMMA3, [pooling("mean"), dense(256), dense(64), NORMALIZE], rename=bare, layout="as sentence-transformers stores it"),
    "wide": EncoderCheckpoint({**GEMMA3, "hidden_size": 96, "sliding_window": 9}, [pooling("mean"), NORMALIZE], rename=bare),
    "merged": EncoderCheckpoint(GEMMA3, [pooling("mean"), dense(256), dense(64), NORMALIZE], merged=True, layout="as mlx-embeddings stores it"),
    "8-bit": EncoderCheckpoint(GEMMA3, quantization=(32, 8)),
}
