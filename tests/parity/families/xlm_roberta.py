from encoder_checkpoints import ROBERTA, NORMALIZE, EncoderCheckpoint, pooling

CLASSIFIER = {**ROBERTA, "architectures": ["XLMRobertaForSequenceClassification"], "id2label": {"0": "LABEL_0"}}


def below_roberta(name):
    return name if name.startswith("classifier") else f"roberta.{name}"


CHECKPOINTS = {
    "mean": EncoderCheckpoint(ROBERTA, [pooling("mean"), NORMALIZE], unread=("pooler.dense.weight",), layout="as sentence-transformers stores it"),
    "cls": EncoderCheckpoint(ROBERTA, [pooling("cls"), NORMALIZE], dtype="float16", rename=below_roberta, unread=("lm_head.bias",)),
    "roberta": EncoderCheckpoint({**ROBERTA, "model_type": "roberta", "max_position_embeddings": 42}),
    "camembert": EncoderCheckpoint({**ROBERTA, "model_type": "camembert", "pad_token_id": 3}, [pooling("mean")]),
    "8-bit": EncoderCheckpoint(ROBERTA, quantization=(32, 8)),
    "cross-encoder": EncoderCheckpoint(CLASSIFIER, head="classifier", rename=below_roberta),
}
