import { loadModel, probeBackends } from 'mlxengine';

// What this machine has, best first: every check, and what to do where one failed.
for (const probe of await probeBackends()) {
  console.log(`${probe.backend}: ${probe.available ? 'works' : 'cannot be used'} here`);
  for (const check of probe.checks) console.log(`  ${check.ok ? 'ok' : 'no'} ${check.name}: ${check.detail}`);
}

// `auto` (the default) takes the first that works well; a name asks for one.
await using automatic = await loadModel('smollm2', { backend: 'auto' });
console.log(automatic.backendSelection.reason);

await using fallback = await loadModel('smollm2', { backend: 'fallback' });
const { text } = await fallback.generate('What is the capital of France?', { maxTokens: 16 });
console.log(`${fallback.backendSelection.backend} on ${fallback.device.name} says: ${text}`);
