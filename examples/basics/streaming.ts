import { AbortedError, loadModel } from 'mlxengine';

await using engine = await loadModel('smollm2');

// The text as it comes; leaving the loop would cancel the rest.
const stream = engine.stream('Name three colours.', { maxTokens: 40 });
for await (const text of stream) process.stdout.write(text);

// The same answer as events, with what it took.
for await (const event of stream.events) {
  if (event.type === 'finish') {
    const { finishReason, usage } = event.result;
    console.log(`\n[${finishReason}: ${usage?.promptTokens} prompt tokens, ${usage?.completionTokens} new ones]`);
  }
}

// Any AbortSignal stops an answer; what had been said by then is in the error.
const stop = new AbortController();
try {
  for await (const text of engine.stream('Tell me a very long story.', { signal: stop.signal })) {
    process.stdout.write(text);
    stop.abort();
  }
} catch (error) {
  if (!AbortedError.isInstance(error)) throw error;
  console.log(`\n[stopped after ${error.partial?.text.length} characters]`);
}
