import type { Architecture } from './architecture.js';
import { bailing_moe } from './bailing_moe.js';
import { bert } from './bert.js';
import { bitnet } from './bitnet.js';
import { cohere } from './cohere.js';
import { cohere2 } from './cohere2.js';
import { deepseek_v2 } from './deepseek_v2.js';
import { deepseek_v3 } from './deepseek_v3.js';
import { dots1 } from './dots1.js';
import { ernie4_5 } from './ernie4_5.js';
import { ernie4_5_moe } from './ernie4_5_moe.js';
import { exaone4 } from './exaone4.js';
import { falcon_h1 } from './falcon_h1.js';
import { gemma } from './gemma.js';
import { gemma2 } from './gemma2.js';
import { gemma3 } from './gemma3.js';
import { gemma3_text } from './gemma3_text.js';
import { gemma3n } from './gemma3n.js';
import { gemma4 } from './gemma4.js';
import { gemma4_text } from './gemma4_text.js';
import { glm } from './glm.js';
import { glm4 } from './glm4.js';
import { glm4_moe } from './glm4_moe.js';
import { glm4_moe_lite } from './glm4_moe_lite.js';
import { gpt2 } from './gpt2.js';
import { gpt_neox } from './gpt_neox.js';
import { gpt_oss } from './gpt_oss.js';
import { granite } from './granite.js';
import { granitemoe } from './granitemoe.js';
import { granitemoehybrid } from './granitemoehybrid.js';
import { hunyuan_v1_dense } from './hunyuan_v1_dense.js';
import { internlm3 } from './internlm3.js';
import { jamba } from './jamba.js';
import { lfm2 } from './lfm2.js';
import { lfm2_moe } from './lfm2_moe.js';
import { llama } from './llama.js';
import { mamba2 } from './mamba2.js';
import { mimo } from './mimo.js';
import { minicpm } from './minicpm.js';
import { minimax } from './minimax.js';
import { ministral3 } from './ministral3.js';
import { mistral3 } from './mistral3.js';
import { mixtral } from './mixtral.js';
import { modernbert } from './modernbert.js';
import { nanochat } from './nanochat.js';
import { nemotron } from './nemotron.js';
import { nemotron_h } from './nemotron_h.js';
import { olmo } from './olmo.js';
import { olmo2 } from './olmo2.js';
import { olmo3 } from './olmo3.js';
import { olmoe } from './olmoe.js';
import { phi } from './phi.js';
import { phi3 } from './phi3.js';
import { phimoe } from './phimoe.js';
import { qwen2 } from './qwen2.js';
import { qwen2_moe } from './qwen2_moe.js';
import { qwen3 } from './qwen3.js';
import { qwen3_5 } from './qwen3_5.js';
import { qwen3_5_moe } from './qwen3_5_moe.js';
import { qwen3_moe } from './qwen3_moe.js';
import { qwen3_next } from './qwen3_next.js';
import { seed_oss } from './seed_oss.js';
import { smollm3 } from './smollm3.js';
import { stablelm } from './stablelm.js';
import { starcoder2 } from './starcoder2.js';
import { xlmRoberta } from './xlm-roberta.js';

/** Every family that comes along: one import and one line each, sorted. */
export const builtIn: readonly Architecture[] = [
  bailing_moe,
  bert,
  bitnet,
  cohere,
  cohere2,
  deepseek_v2,
  deepseek_v3,
  dots1,
  ernie4_5,
  ernie4_5_moe,
  exaone4,
  falcon_h1,
  gemma,
  gemma2,
  gemma3,
  gemma3_text,
  gemma3n,
  gemma4,
  gemma4_text,
  glm,
  glm4,
  glm4_moe,
  glm4_moe_lite,
  gpt2,
  gpt_neox,
  gpt_oss,
  granite,
  granitemoe,
  granitemoehybrid,
  hunyuan_v1_dense,
  internlm3,
  jamba,
  lfm2,
  lfm2_moe,
  llama,
  mamba2,
  mimo,
  minicpm,
  minimax,
  ministral3,
  mistral3,
  mixtral,
  modernbert,
  nanochat,
  nemotron,
  nemotron_h,
  olmo,
  olmo2,
  olmo3,
  olmoe,
  phi,
  phi3,
  phimoe,
  qwen2,
  qwen2_moe,
  qwen3,
  qwen3_5,
  qwen3_5_moe,
  qwen3_moe,
  qwen3_next,
  seed_oss,
  smollm3,
  stablelm,
  starcoder2,
  xlmRoberta,
];
