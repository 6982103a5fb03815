import {
  defineEngine,
  MLXEngineError,
  type EnginePrompt,
  type EngineRequest,
  type EngineStreamPart,
  type LLMEngine,
  type TokenUsage,
} from '@mlxengine/core';
import { serverSentEvents } from './server-sent-events.ts';

/** A server that speaks OpenAI's chat completions: llama.cpp, vLLM, Ollama, LM Studio, mlx_lm.server, … */
export interface OpenAIEngineOptions {
  /** Such as `http://localhost:8080/v1`. */
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey?: string;
}

/** The server said no. An error class of one's own only needs a brand. */
export class ServerError extends MLXEngineError {
  static override readonly brand: string = 'ServerError';

  constructor(status: number, detail: string) {
    super({ code: 'openai.status', message: `The server answered with status ${status}: ${detail}. Check its log.` });
  }
}

/** What a chunk of the answer holds, as far as it is used here. */
interface Chunk {
  readonly choices: readonly { readonly delta?: { readonly content?: string | null }; readonly finish_reason?: string | null }[];
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number } | null;
}

/** Any OpenAI-compatible server as an engine. */
export function createOpenAIEngine(options: OpenAIEngineOptions): LLMEngine {
  return defineEngine({
    model: { id: options.model, architecture: 'openai-compatible' },
    supports: {
      parameters: ['maxTokens', 'temperature', 'topP', 'seed', 'stop'],
      rawPrompts: false,
      countTokens: false,
      prefillProgress: false,
      deterministicSeed: true,
    },
    doStream: (request) => streamCompletion(options, request),
  });
}

async function* streamCompletion(options: OpenAIEngineOptions, request: EngineRequest): AsyncGenerator<EngineStreamPart, void> {
  const body = await postCompletion(options, request);
  let reason: 'stop' | 'length' | undefined;
  let usage: TokenUsage | undefined;
  for await (const event of serverSentEvents(body)) {
    const { choices, usage: counted } = event as Chunk;
    const [choice] = choices;
    const text = choice?.delta?.content ?? '';
    if (text !== '') yield { type: 'text-delta', text };
    if (choice?.finish_reason) reason = choice.finish_reason === 'length' ? 'length' : 'stop';
    if (counted) usage = { promptTokens: counted.prompt_tokens, completionTokens: counted.completion_tokens };
  }
  // Without both, the connection was cut: the end without a finish part is an error that defineEngine makes.
  if (reason !== undefined && usage !== undefined) yield { type: 'finish', reason, usage };
}

async function postCompletion(options: OpenAIEngineOptions, { prompt, parameters, signal }: EngineRequest): Promise<ReadableStream<Uint8Array>> {
  const { maxTokens, temperature, topP, seed, stop } = parameters;
  const response = await fetch(`${options.baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(options.apiKey && { authorization: `Bearer ${options.apiKey}` }) },
    signal,
    body: JSON.stringify({
      model: options.model,
      messages: messagesOf(prompt),
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: maxTokens,
      temperature,
      top_p: topP,
      seed,
      stop: stop.length > 0 ? stop : undefined,
    }),
  });
  if (!response.ok || response.body === null) throw new ServerError(response.status, (await response.text()).slice(0, 200));
  return response.body;
}

function messagesOf(prompt: EnginePrompt): unknown {
  return prompt.kind === 'messages' ? prompt.messages : undefined; // `rawPrompts: false` keeps the other kind away.
}
