"""Loads a checkpoint with mlx-lm in float32 and prints the logits of the given tokens and the greedy answer as JSON."""

import json
import sys

import mlx.core as mx
from mlx.utils import tree_map
from mlx_lm import generate, load

mx.set_default_device(mx.cpu)
folder, tokens, max_tokens = sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3])
model, tokenizer = load(folder)
is_float = lambda array: mx.issubdtype(array.dtype, mx.floating)
model.update(tree_map(lambda array: array.astype(mx.float32) if is_float(array) else array, model.parameters()))
logits = model(mx.array([tokens]))[0]
text = generate(model, tokenizer, prompt=tokens, max_tokens=max_tokens)
chat = tokenizer.apply_chat_template([{"role": "user", "content": "Hällo 😀"}], add_generation_prompt=True)
print(json.dumps({"logits": logits.reshape(-1).tolist(), "text": text, "chat": list(chat)}))
