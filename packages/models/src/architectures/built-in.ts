import type { Architecture } from './architecture.js';
import { bailing_moe } from './bailing_moe.js';
import { deepseek_v2 } from './deepseek_v2.js';
import { deepseek_v3 } from './deepseek_v3.js';
import { dots1 } from './dots1.js';
import { ernie4_5_moe } from './ernie4_5_moe.js';
import { glm4_moe } from './glm4_moe.js';
import { glm4_moe_lite } from './glm4_moe_lite.js';
import { gpt_oss } from './gpt_oss.js';
import { granitemoe } from './granitemoe.js';
import { llama } from './llama.js';
import { minimax } from './minimax.js';
import { mixtral } from './mixtral.js';
import { olmoe } from './olmoe.js';
import { phimoe } from './phimoe.js';
import { qwen2_moe } from './qwen2_moe.js';
import { qwen3_moe } from './qwen3_moe.js';

/** Every family that comes along: one import and one line each, sorted. */
export const builtIn: readonly Architecture[] = [
  bailing_moe,
  deepseek_v2,
  deepseek_v3,
  dots1,
  ernie4_5_moe,
  glm4_moe,
  glm4_moe_lite,
  gpt_oss,
  granitemoe,
  llama,
  minimax,
  mixtral,
  olmoe,
  phimoe,
  qwen2_moe,
  qwen3_moe,
];
