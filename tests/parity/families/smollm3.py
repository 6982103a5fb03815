from . import Checkpoint, config
from .llama import SLIDING, WIDE, with_frequencies

CHECKPOINTS = {
    "listed": Checkpoint(config("smollm3", no_rope_layer_interval=2, no_rope_layers=[1, 0, 1])),
    "interval-3-bit-g64": Checkpoint(config("smollm3", no_rope_layer_interval=3, tie_word_embeddings=True, attention_bias=True, **WIDE), quantization=(64, 3, "affine")),
    "sliding-2-bit": Checkpoint(config("smollm3", no_rope_layers=[0, 1, 1], layer_types=SLIDING, sliding_window=8), quantization=(32, 2, "affine")),
    "hugging-face": Checkpoint(config("smollm3", tie_word_embeddings=True), hugging_face=with_frequencies, dtype="float16"),
}
