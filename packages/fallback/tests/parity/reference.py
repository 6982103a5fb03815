"""What mlx-lm makes of tokens: `reference.py <checkpoint> <request.json> <logits file>`, in float32 on the CPU."""

import json
import sys
import time
from pathlib import Path

import mlx.core as mx
import numpy as np
from mlx_lm.generate import generate_step
from mlx_lm.utils import load_model

checkpoint, request_file, logits_file = sys.argv[1:4]
request = json.loads(Path(request_file).read_text())
mx.set_default_device(mx.cpu)
model, _ = load_model(Path(checkpoint))
model.set_dtype(mx.float32)
mx.eval(model.parameters())

prompt = mx.array(request["prompt"])
begin = time.perf_counter()
logits = model(prompt[None])[0]
mx.eval(logits)
prefill = time.perf_counter() - begin
np.array(logits).astype(np.float32).tofile(logits_file)

greedy = [token for token, _ in generate_step(prompt, model, max_tokens=request["maxTokens"])]
print(json.dumps({"greedy": greedy, "prefillSeconds": prefill}))
