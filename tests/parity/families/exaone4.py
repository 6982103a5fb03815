from . import Checkpoint, config

LLAMA3 = {"rope_type": "llama3", "factor": 16.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64}


def settings(**more):
    return config("exaone4", **{"rope_scaling": None, "sliding_window": None, "sliding_window_pattern": None, **more})


CHECKPOINTS = {
    "dense": Checkpoint(settings(rope_scaling=LLAMA3, tie_word_embeddings=True)),
    "windows": Checkpoint(settings(num_hidden_layers=4, sliding_window=8, sliding_window_pattern="LLG", rope_scaling=LLAMA3)),
    "windows-4-bit-128": Checkpoint(
        settings(num_hidden_layers=5, hidden_size=128, intermediate_size=256, head_dim=32, sliding_window=6, sliding_window_pattern="LLLG"),
        quantization=(128, 4, "affine"), dtype="float16",
    ),
    "windows-nvfp4": Checkpoint(settings(sliding_window=5, sliding_window_pattern="LG"), quantization=(16, 4, "nvfp4")),
    "mxfp4": Checkpoint(settings(tie_word_embeddings=True), quantization=(32, 4, "mxfp4")),
}
