from . import Checkpoint, config

LLAMA3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64}
YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64}

CHECKPOINTS = {
    "dense": Checkpoint(config("llama")),
    "4-bit": Checkpoint(config("llama"), quantization=(32, 4, "affine")),
    "llama3-rope": Checkpoint(config("llama", rope_theta=500000.0, rope_scaling=LLAMA3, tie_word_embeddings=True)),
    "yarn": Checkpoint(config("llama", rope_scaling=YARN), quantization=(64, 8, "affine")),
    "mistral": Checkpoint(config("mistral", num_key_value_heads=1), quantization=(32, 2, "affine")),
    "sharded-bfloat16": Checkpoint(config("llama"), dtype="bfloat16", shard_bytes=40_000),
}
