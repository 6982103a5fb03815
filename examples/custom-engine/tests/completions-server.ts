import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MLXEngineError, type GenerateParameters, type LLMEngine, type Message } from '@mlxengine/core';

/** What a request may hold, as far as this server honours it. */
interface CompletionRequest {
  readonly messages: readonly Message[];
  readonly max_tokens?: number;
  readonly temperature?: number;
  readonly top_p?: number;
  readonly seed?: number;
  readonly stop?: readonly string[];
}

/** A running server. */
export interface CompletionsServer {
  readonly baseUrl: string;
  close(): Promise<void>;
}

/** A minimal `/v1/chat/completions` over a real engine: whoever talks to it gets what a model computed. */
export async function startCompletionsServer(engine: LLMEngine): Promise<CompletionsServer> {
  const server = createServer((request, response) => void handle(engine, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { baseUrl: `http://127.0.0.1:${port}/v1`, close: () => closeServer(server) };
}

async function handle(engine: LLMEngine, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  try {
    const body = JSON.parse(await readText(request)) as CompletionRequest;
    const stream = engine.stream(body.messages, { ...parametersOf(body), signal: gone.signal });
    for await (const event of stream.events) {
      if (event.type === 'text-delta') send(response, { choices: [{ index: 0, delta: { content: event.text }, finish_reason: null }] });
      if (event.type !== 'finish') continue;
      const { finishReason, usage } = event.result;
      send(response, { choices: [{ index: 0, delta: {}, finish_reason: finishReason }] });
      send(response, { choices: [], usage: { prompt_tokens: usage?.promptTokens, completion_tokens: usage?.completionTokens } });
    }
    response.end('data: [DONE]\n\n');
  } catch (error) {
    if (!response.headersSent) response.writeHead(400).end(JSON.stringify({ error: MLXEngineError.isInstance(error) ? error.code : String(error) }));
    else response.destroy();
  }
}

function parametersOf({ max_tokens: maxTokens, temperature, top_p: topP, seed, stop }: CompletionRequest): GenerateParameters {
  const given = Object.entries({ maxTokens, temperature, topP, seed, stop }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}

function send(response: ServerResponse, chunk: object): void {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(`data: ${JSON.stringify(chunk)}\n\n`);
}

async function readText(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
