import { ChatSession, loadModel } from 'mlxengine';

await using engine = await loadModel('smollm2');
const session = new ChatSession({ engine, instructions: 'You answer in one short sentence.', parameters: { maxTokens: 48 } });

console.log((await session.send('What is the capital of France?')).text);

// The second turn finds the first in the cache: only what is new is computed.
const { text, usage } = await session.send('And what is the capital of Italy?');
console.log(text);
console.log(`[${usage?.cachedPromptTokens} of ${usage?.promptTokens} prompt tokens came from the cache]`);
console.log(`[${session.messages.length} messages]`);
