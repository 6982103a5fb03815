import re

from encoder_checkpoints import BERT, NORMALIZE, EncoderCheckpoint, dense, pooling

CLASSIFIER = {**BERT, "architectures": ["BertForSequenceClassification"], "id2label": {"0": "LABEL_0"}}


def below_bert(name):
    return name if name.startswith("classifier") else f"bert.{name}"


def old_names(name):
    return re.sub("LayerNorm.bias$", "LayerNorm.beta", re.sub("LayerNorm.weight$", "LayerNorm.gamma", f"bert.{name}"))


CHECKPOINTS = {
    "mean": EncoderCheckpoint(BERT, [pooling("mean"), NORMALIZE], unread=("embeddings.position_ids", "pooler.dense.weight", "pooler.dense.bias"), layout="as sentence-transformers stores it"),
    "cls": EncoderCheckpoint({**BERT, "hidden_act": "gelu_new"}, [pooling("cls")], two_texts=True),
    "max-and-mean-dense": EncoderCheckpoint({**BERT, "hidden_act": "relu"}, [pooling("max", "mean"), dense(48, "tanh", bias=True), NORMALIZE]),
    "named-poolings": EncoderCheckpoint(BERT, [pooling("mean", "last", "cls", named=True), NORMALIZE]),
    "plain": EncoderCheckpoint(BERT, tokens=64, dtype="float16"),
    "old-names": EncoderCheckpoint(BERT, rename=old_names, unread=("cls.predictions.bias", "bert.pooler.dense.weight")),
    "4-bit": EncoderCheckpoint(BERT, [pooling("cls"), NORMALIZE], quantization=(32, 4)),
    "8-bit": EncoderCheckpoint({**BERT, "intermediate_size": 128}, quantization=(64, 8), dtype="bfloat16"),
    "cross-encoder": EncoderCheckpoint(CLASSIFIER, head="classifier", two_texts=True, rename=below_bert),
    "three-labels": EncoderCheckpoint({**CLASSIFIER, "id2label": {"0": "A", "1": "B", "2": "C"}}, head="classifier", rename=below_bert, dtype="bfloat16"),
}
