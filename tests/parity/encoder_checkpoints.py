"""Tiny random encoders and rerankers as transformers and sentence-transformers store them, with their vectors by `encoder_passes`.

reference.safetensors: tokens int32 [L]; token_types int32 [L] where there are any; embedding or scores float32 [n]; hidden float32 [L, H].
"""
import json
from dataclasses import dataclass, field
from typing import Optional

import mlx.core as mx
import numpy as np

import encoder_passes as passes
from families import VOCABULARY

HIDDEN, LAYERS, HEADS, INTERMEDIATE = 64, 3, 4, 96
BERT = dict(
    model_type="bert", architectures=["BertModel"], vocab_size=VOCABULARY, hidden_size=HIDDEN, num_hidden_layers=LAYERS, num_attention_heads=HEADS,
    intermediate_size=INTERMEDIATE, hidden_act="gelu", layer_norm_eps=1e-12, max_position_embeddings=64, type_vocab_size=2,
    position_embedding_type="absolute", pad_token_id=0,
)
ROBERTA = {**BERT, "model_type": "xlm-roberta", "architectures": ["XLMRobertaModel"], "layer_norm_eps": 1e-5, "type_vocab_size": 1, "pad_token_id": 1}
MODERNBERT = dict(
    model_type="modernbert", architectures=["ModernBertModel"], vocab_size=VOCABULARY, hidden_size=HIDDEN, num_hidden_layers=5, num_attention_heads=HEADS,
    intermediate_size=INTERMEDIATE, hidden_activation="gelu", norm_eps=1e-5, norm_bias=False, attention_bias=False, mlp_bias=False, classifier_bias=False,
    max_position_embeddings=512, local_attention=14, global_attn_every_n_layers=3, global_rope_theta=160000.0, local_rope_theta=10000.0,
    classifier_pooling="cls", classifier_activation="gelu", pad_token_id=0, bos_token_id=1, eos_token_id=2, cls_token_id=1, sep_token_id=2,
)
DECODER = dict(
    vocab_size=VOCABULARY, hidden_size=HIDDEN, intermediate_size=INTERMEDIATE, num_hidden_layers=LAYERS, num_attention_heads=HEADS,
    num_key_value_heads=2, head_dim=16, rms_norm_eps=1e-6, rope_theta=1000000.0, max_position_embeddings=512, tie_word_embeddings=True,
)
QWEN3 = {**DECODER, "model_type": "qwen3", "architectures": ["Qwen3ForCausalLM"]}
GEMMA3 = {
    **DECODER, "model_type": "gemma3_text", "architectures": ["Gemma3TextModel"], "num_hidden_layers": 4, "rope_local_base_freq": 10000.0,
    "sliding_window": 12, "sliding_window_pattern": 3, "query_pre_attn_scalar": 24, "use_bidirectional_attention": True,
}

FLAGS = {"cls": "pooling_mode_cls_token", "max": "pooling_mode_max_tokens", "mean": "pooling_mode_mean_tokens", "last": "pooling_mode_lasttoken"}
NAMES = {"last": "lasttoken"}
POOLINGS = {"cls": lambda x: x[0], "mean": lambda x: x.mean(0), "max": lambda x: x.max(0), "last": lambda x: x[-1]}
ACTIVATIONS = {"identity": "torch.nn.modules.linear.Identity", "tanh": "torch.nn.modules.activation.Tanh"}


def pooling(*modes, named=False):
    """Flags, which mean the order of FLAGS, or names as newer files have them."""
    return ("Pooling", modes, named)


def dense(size, activation="identity", bias=False):
    return ("Dense", size, activation, bias)


NORMALIZE = ("Normalize",)


@dataclass
class EncoderCheckpoint:
    config: dict
    # What sentence-transformers puts behind the transformer; None: there are no such files, and the mean is taken.
    modules: Optional[list] = None
    # None: an encoder; `classifier`, `score`, `last-token logits`: what makes the scores.
    head: Optional[str] = None
    # From names of the bare model to those in the file.
    rename: object = field(default=lambda name: name)
    # (group size, bits)
    quantization: Optional[tuple] = None
    dtype: str = "float32"
    tokens: int = 40
    two_texts: bool = False
    # Whether the dense modules are among the model's own tensors, as mlx-embeddings puts them there, without files of their own.
    merged: bool = False
    # More tensors that a file has and nobody reads.
    unread: tuple = ()
    layout: str = ""

    @property
    def description(self):
        stored = self.dtype if self.quantization is None else f"{self.quantization[1]} bits by {self.quantization[0]}"
        return ", ".join(filter(None, [stored, self.layout]))

    def make(self, folder, seed):
        folder.mkdir(parents=True, exist_ok=True)
        random = np.random.default_rng(seed)
        stored, exact = self.random_weights(random)
        # Padding is no text: those below are what padding is in these configs.
        tokens = random.integers(4, self.config["vocab_size"], self.tokens)
        types = (np.arange(self.tokens) >= self.tokens // 2) * 1 if self.two_texts else np.zeros(self.tokens, int)
        hidden = self.hidden(exact, tokens, types)
        reference = {"tokens": mx.array(tokens.astype(np.int32)), "hidden": mx.array(hidden.astype(np.float32))}
        if self.two_texts:
            reference["token_types"] = mx.array(types.astype(np.int32))
        if self.head is None:
            vector, beside = self.modules_of(folder, random, hidden)
            stored.update(beside)
            reference["embedding"] = mx.array(vector.astype(np.float32))
        else:
            reference["scores"] = mx.array(self.scores(exact, hidden).astype(np.float32))
        if self.head == "last-token logits":
            del reference["hidden"]
        mx.save_safetensors(str(folder / "model.safetensors"), stored, metadata={"format": "pt"})
        (folder / "config.json").write_text(json.dumps(self.stored_config(), indent=2))
        mx.save_safetensors(str(folder / "reference.safetensors"), reference)
        return {"largest": float(np.abs(hidden).max())}

    def stored_config(self):
        if self.quantization is None:
            return self.config
        group_size, bits = self.quantization
        return {**self.config, "quantization": {"group_size": group_size, "bits": bits}}

    def random_weights(self, random):
        """Tensors for the file, and what they mean, in float64, by the bare model's names."""
        stored, exact = {}, {}
        for name, shape in shapes_of(self.config, self.head).items():
            scale, middle = (1.6 / shape[-1] ** 0.5, 0) if len(shape) == 2 else (0.1, 1 if name.endswith("orm.weight") or "layernorm" in name.lower() else 0)
            if name.endswith(".bias") or self.config["model_type"] == "gemma3_text" and len(shape) == 1:
                middle = 0
            value = mx.array((middle + scale * random.standard_normal(shape)).astype(np.float32)).astype(getattr(mx, self.dtype))
            path = self.rename(name)
            if self.quantization is not None and len(shape) == 2:
                packed, scales, biases = mx.quantize(value, *self.quantization)
                base = path.removesuffix("weight")
                stored.update({path: packed, f"{base}scales": scales, f"{base}biases": biases})
                value = mx.dequantize(packed, scales.astype(mx.float32), biases.astype(mx.float32), *self.quantization)
            else:
                stored[path] = value
            exact[name] = np.array(value.astype(mx.float32)).astype(np.float64)
        for name in self.unread:
            stored[name] = mx.zeros((HIDDEN,) if name.endswith("bias") else (HIDDEN, HIDDEN))
        return stored, exact

    def hidden(self, w, tokens, types):
        kind = self.config["model_type"]
        if kind == "modernbert":
            return passes.modernbert(self.config, w, tokens)
        if kind in ("qwen3", "gemma3_text"):
            return (passes.qwen3 if kind == "qwen3" else passes.gemma3)(self.config, w, tokens)
        return passes.bert(self.config, w, tokens, types, 0 if kind == "bert" else self.config["pad_token_id"] + 1)

    def scores(self, w, hidden):
        kind, first = self.config["model_type"], hidden[0]
        if self.head == "score":
            return passes.linear(w, "score", hidden[-1])
        if self.head == "last-token logits":
            return hidden[-1] @ w["model.embed_tokens.weight"].T
        if kind == "modernbert":
            vector = first if self.config["classifier_pooling"] == "cls" else hidden.mean(0)
            vector = passes.FUNCTIONS[self.config["classifier_activation"]](passes.linear(w, "head.dense", vector))
            return passes.linear(w, "classifier", passes.layer_norm(w, "head.norm", vector, self.config["norm_eps"]))
        names = ("pooler.dense", "classifier") if kind == "bert" else ("classifier.dense", "classifier.out_proj")
        return passes.linear(w, names[1], np.tanh(passes.linear(w, names[0], first)))

    def modules_of(self, folder, random, hidden):
        """Writes the files of the modules and runs them; gives the vector, and tensors for the model's own file."""
        if self.modules is None:
            if self.config["model_type"] == "qwen3":  # What decoders that embed mean where nothing is said.
                return hidden[-1] / np.linalg.norm(hidden[-1]), {}
            return hidden.mean(0), {}
        listed = [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}]
        vector, merged = None, {}
        for index, (kind, *settings) in enumerate(self.modules, 1):
            path = f"{index}_{kind}"
            listed.append({"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.models.{kind}"})
            if kind == "Pooling":
                vector = np.concatenate([POOLINGS[mode](hidden) for mode in settings[0]])
                modes, named = settings
                config = {"word_embedding_dimension": HIDDEN, **{flag: mode in modes for mode, flag in FLAGS.items()}}
                if named:
                    config = {"embedding_dimension": HIDDEN, "pooling_mode": [NAMES.get(mode, mode) for mode in modes]}
            elif kind == "Dense":
                size, activation, bias = settings
                weights = {"linear.weight": random.standard_normal((size, len(vector))) * 1.6 / len(vector) ** 0.5}
                if bias:
                    weights["linear.bias"] = random.standard_normal(size) * 0.1
                config = {"in_features": len(vector), "out_features": size, "bias": bias, "activation_function": ACTIVATIONS[activation]}
                weights = {name: value.astype(np.float32) for name, value in weights.items()}
                vector = passes.FUNCTIONS[activation](passes.linear({k: v.astype(np.float64) for k, v in weights.items()}, "linear", vector))
            else:
                vector, config = vector / np.linalg.norm(vector), None
            if kind == "Dense" and self.merged:
                merged.update({name.replace("linear", f"dense.{len(merged)}"): mx.array(value) for name, value in weights.items()})
                continue
            if config is not None and not self.merged:
                (folder / path).mkdir(exist_ok=True)
                (folder / path / "config.json").write_text(json.dumps(config))
            if kind == "Dense":
                mx.save_safetensors(str(folder / path / "model.safetensors"), {name: mx.array(value) for name, value in weights.items()})
        if not self.merged:
            (folder / "modules.json").write_text(json.dumps(listed))
        return vector, merged


def shapes_of(config, head):
    """Shape of each tensor of the bare model with its head, by name."""
    kind = config["model_type"]
    hidden, size = config["hidden_size"], config["intermediate_size"]
    shapes = {}

    def linear(name, out, into, bias):
        shapes[f"{name}.weight"] = (out, into)
        if bias:
            shapes[f"{name}.bias"] = (out,)

    def norm(name, bias, width=hidden):
        shapes[f"{name}.weight"] = (width,)
        if bias:
            shapes[f"{name}.bias"] = (width,)

    layers = range(config["num_hidden_layers"])
    labels = config.get("num_labels", len(config.get("id2label", {})))
    if kind == "modernbert":
        biased = config["norm_bias"]
        linear("embeddings.tok_embeddings", config["vocab_size"], hidden, False)
        norm("embeddings.norm", biased)
        for path in (f"layers.{layer}" for layer in layers):
            if path != "layers.0":
                norm(f"{path}.attn_norm", biased)
            linear(f"{path}.attn.Wqkv", 3 * hidden, hidden, config["attention_bias"])
            linear(f"{path}.attn.Wo", hidden, hidden, config["attention_bias"])
            norm(f"{path}.mlp_norm", biased)
            linear(f"{path}.mlp.Wi", 2 * size, hidden, config["mlp_bias"])
            linear(f"{path}.mlp.Wo", hidden, size, config["mlp_bias"])
        norm("final_norm", biased)
        if head is not None:
            linear("head.dense", hidden, hidden, config["classifier_bias"])
            norm("head.norm", biased)
            linear("classifier", labels, hidden, True)
    elif kind in ("qwen3", "gemma3_text"):
        width = config["head_dim"]
        keys = config["num_key_value_heads"] * width
        linear("model.embed_tokens", config["vocab_size"], hidden, False)
        for path in (f"model.layers.{layer}" for layer in layers):
            between = ("pre_feedforward_layernorm", "post_feedforward_layernorm") if kind == "gemma3_text" else ()
            for name in ("input_layernorm", "post_attention_layernorm", *between):
                norm(f"{path}.{name}", False)
            linear(f"{path}.self_attn.q_proj", config["num_attention_heads"] * width, hidden, False)
            linear(f"{path}.self_attn.k_proj", keys, hidden, False)
            linear(f"{path}.self_attn.v_proj", keys, hidden, False)
            linear(f"{path}.self_attn.o_proj", hidden, config["num_attention_heads"] * width, False)
            norm(f"{path}.self_attn.q_norm", False, width)
            norm(f"{path}.self_attn.k_norm", False, width)
            for name, out, into in (("gate_proj", size, hidden), ("up_proj", size, hidden), ("down_proj", hidden, size)):
                linear(f"{path}.mlp.{name}", out, into, False)
        norm("model.norm", False)
        if head == "score":
            linear("score", labels, hidden, False)
    else:
        linear("embeddings.word_embeddings", config["vocab_size"], hidden, False)
        linear("embeddings.position_embeddings", config["max_position_embeddings"], hidden, False)
        linear("embeddings.token_type_embeddings", config["type_vocab_size"], hidden, False)
        norm("embeddings.LayerNorm", True)
        for path in (f"encoder.layer.{layer}" for layer in layers):
            for name in ("query", "key", "value"):
                linear(f"{path}.attention.self.{name}", hidden, hidden, True)
            linear(f"{path}.attention.output.dense", hidden, hidden, True)
            norm(f"{path}.attention.output.LayerNorm", True)
            linear(f"{path}.intermediate.dense", size, hidden, True)
            linear(f"{path}.output.dense", hidden, size, True)
            norm(f"{path}.output.LayerNorm", True)
        if head is not None and kind == "bert":
            linear("pooler.dense", hidden, hidden, True)
            linear("classifier", labels, hidden, True)
        elif head is not None:
            linear("classifier.dense", hidden, hidden, True)
            linear("classifier.out_proj", labels, hidden, True)
    return shapes
