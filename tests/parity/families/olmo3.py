from . import Checkpoint, config

YARN = {"rope_type": "yarn", "factor": 8.0, "beta_fast": 32.0, "beta_slow": 1.0, "original_max_position_embeddings": 64, "attention_factor": 1.2}

CHECKPOINTS = {
    "dense": Checkpoint(config("olmo3", num_hidden_layers=4, sliding_window=8)),
    "yarn": Checkpoint(config("olmo3", num_hidden_layers=5, sliding_window=6, rope_theta=500000.0, rope_scaling=YARN, tie_word_embeddings=True)),
    "layer-types": Checkpoint(
        config("olmo3", sliding_window=5, layer_types=["full_attention", "sliding_attention", "sliding_attention"], attention_bias=True,
               drop=("head_dim", "num_key_value_heads")),
        quantization=(32, 6, "affine"), dtype="float16",
    ),
    "3-bit-128": Checkpoint(
        config("olmo3", num_hidden_layers=4, sliding_window=8, hidden_size=128, intermediate_size=256), quantization=(128, 3, "affine"),
    ),
    "mxfp4": Checkpoint(config("olmo3", num_hidden_layers=4, sliding_window=8, attention_bias=True), quantization=(32, 4, "mxfp4")),
}
