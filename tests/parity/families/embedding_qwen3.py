from encoder_checkpoints import NORMALIZE, QWEN3, EncoderCheckpoint, pooling


def bare(name):
    return name.removeprefix("model.")


CHECKPOINTS = {
    "last-token": EncoderCheckpoint(QWEN3, [pooling("last"), NORMALIZE], rename=bare, layout="as sentence-transformers stores it"),
    "4-bit": EncoderCheckpoint(QWEN3, [pooling("last"), NORMALIZE], quantization=(32, 4)),
    # Nothing says that it embeds but that the reference has vectors.
    "causal": EncoderCheckpoint(QWEN3, layout="without sentence-transformers' files"),
    "model-alone": EncoderCheckpoint({**QWEN3, "architectures": ["Qwen3Model"]}, rename=bare, dtype="bfloat16"),
}
