from encoder_checkpoints import MODERNBERT, NORMALIZE, EncoderCheckpoint, pooling

CLASSIFIER = {**MODERNBERT, "architectures": ["ModernBertForSequenceClassification"], "id2label": {"0": "LABEL_0"}}
BIASES = dict(norm_bias=True, attention_bias=True, mlp_bias=True, classifier_bias=True)


def below_model(name):
    return name if name.startswith(("head", "classifier")) else f"model.{name}"


CHECKPOINTS = {
    "mean": EncoderCheckpoint(MODERNBERT, [pooling("mean"), NORMALIZE], layout="as sentence-transformers stores it"),
    "cls-biases": EncoderCheckpoint({**MODERNBERT, **BIASES}, [pooling("cls"), NORMALIZE], rename=below_model, unread=("head.dense.weight", "decoder.bias")),
    "odd-window": EncoderCheckpoint({**MODERNBERT, "local_attention": 9, "global_attn_every_n_layers": 2}, dtype="bfloat16"),
    "4-bit": EncoderCheckpoint(MODERNBERT, quantization=(32, 4), rename=below_model),
    "cross-encoder": EncoderCheckpoint(CLASSIFIER, head="classifier", rename=below_model),
    "cross-encoder-mean": EncoderCheckpoint({**CLASSIFIER, **BIASES, "classifier_pooling": "mean", "id2label": {"0": "A", "1": "B"}}, head="classifier", rename=below_model),
}
