from encoder_checkpoints import QWEN3, EncoderCheckpoint

CLASSIFIER = {**QWEN3, "architectures": ["Qwen3ForSequenceClassification"], "id2label": {"0": "LABEL_0"}}

CHECKPOINTS = {
    # Its answer is among these: the logits of yes and no.
    "yes-or-no": EncoderCheckpoint(QWEN3, head="last-token logits"),
    "yes-or-no-4-bit": EncoderCheckpoint(QWEN3, head="last-token logits", quantization=(32, 4)),
    "classifier": EncoderCheckpoint(CLASSIFIER, head="score"),
    "classifier-4-bit": EncoderCheckpoint({**CLASSIFIER, "id2label": {"0": "A", "1": "B"}}, head="score", quantization=(32, 4)),
}
