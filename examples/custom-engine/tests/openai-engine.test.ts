import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { EngineError } from '@mlxengine/core';
import { createTinyEngine, testLLMEngine } from '@mlxengine/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { createOpenAIEngine, ServerError } from '../openai-engine.ts';
import { serverSentEvents } from '../server-sent-events.ts';
import { startCompletionsServer } from './completions-server.ts';

const tiny = await createTinyEngine();
const server = await startCompletionsServer(tiny);
afterAll(async () => {
  await server.close();
  await tiny.unload();
});

describe('an OpenAI-compatible server as an engine', async () => {
  await testLLMEngine({
    test,
    skip: (name, reason) => test.skip(`${name}: ${reason}`),
    createEngine: () => createOpenAIEngine({ baseUrl: server.baseUrl, model: 'tiny' }),
  });
});

test('an answer is that of the engine behind the server', async () => {
  await using engine = createOpenAIEngine({ baseUrl: server.baseUrl, model: 'tiny' });
  const parameters = { maxTokens: 16, temperature: 0.8, seed: 4 };
  expect((await engine.generate('Hello', parameters)).text).toBe((await tiny.generate('Hello', parameters)).text);
});

test('what the server refuses is an error of its own class', async () => {
  await using engine = createOpenAIEngine({ baseUrl: server.baseUrl, model: 'tiny' });
  const error: unknown = await engine.generate('word '.repeat(600)).catch((thrown: unknown) => thrown);
  expect(ServerError.isInstance(error)).toBe(true);
  expect(error).toHaveProperty('message', expect.stringContaining('status 400: {"error":"context.exceeded"}'));
});

test('a server that is not there is an EngineError with the cause', async () => {
  await using engine = createOpenAIEngine({ baseUrl: 'http://127.0.0.1:9/v1', model: 'tiny' });
  const error: unknown = await engine.generate('Hello').catch((thrown: unknown) => thrown);
  expect(EngineError.isInstance(error)).toBe(true);
  expect(error).toHaveProperty('cause', expect.any(TypeError));
});

test('events may be cut anywhere', async () => {
  const bytes = new TextEncoder().encode('data: {"a":"é"}\r\n\r\n: comment\n\ndata:{"b":2}\n\ndata: [DONE]\n\ndata: {"c":3}\n\n');
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  const events: unknown[] = [];
  for await (const event of serverSentEvents(body)) events.push(event);
  expect(events).toEqual([{ a: 'é' }, { b: 2 }]);
});

test('the program answers', async () => {
  const program = fileURLToPath(new URL('../chat.ts', import.meta.url));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, server.baseUrl, 'tiny', 'Hello']);
  expect(stderr).toBe('');
  expect(stdout).toBe(`${(await tiny.generate('Hello', { maxTokens: 64 })).text}\n[length: 64 tokens]\n`);
});
