import { loadModel } from 'mlxengine';

await using engine = await loadModel('smollm2');
const { text } = await engine.generate('What is the capital of France?', { maxTokens: 32 });
console.log(text);
