import { createOpenAIEngine } from './openai-engine.ts';

// node chat.ts http://localhost:8080/v1 my-model "What is the capital of France?"
const [baseUrl = 'http://localhost:8080/v1', model = 'default', question = 'What is the capital of France?'] = process.argv.slice(2);

await using engine = createOpenAIEngine({ baseUrl, model });
const stream = engine.stream(question, { maxTokens: 64 });
for await (const text of stream) process.stdout.write(text);
const { finishReason, usage } = await stream.result;
console.log(`\n[${finishReason}: ${usage?.completionTokens} tokens]`);
