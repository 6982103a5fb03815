import { defineEngine, type EngineImplementation, type EngineStreamPart, type GenerationStream, type LLMEngine } from '@mlxengine/core';
import { loadTinyImplementation } from '../src/tiny-engine/create-tiny-engine.js';

/** The tiny engine with its implementation changed. */
export async function breakImplementation(change: (right: EngineImplementation) => Partial<EngineImplementation>): Promise<LLMEngine> {
  const right = await loadTinyImplementation();
  return defineEngine({ ...right, ...change(right) });
}

/** The tiny engine with the parts of its answers changed. */
export function breakParts(
  change: (parts: AsyncIterable<EngineStreamPart>) => AsyncIterable<EngineStreamPart>,
): Promise<LLMEngine> {
  return breakImplementation((right) => ({ doStream: (request) => change(right.doStream(request)) }));
}

/** The tiny engine changed from outside, so that what `defineEngine` guarantees can be broken too. */
export async function breakEngine(change: (right: LLMEngine) => Partial<LLMEngine>): Promise<LLMEngine> {
  const right = defineEngine(await loadTinyImplementation());
  return { ...right, ...change(right) };
}

/** The tiny engine with its streams changed; `generate` follows. */
export function breakStream(change: (right: GenerationStream) => Partial<GenerationStream>): Promise<LLMEngine> {
  return breakEngine((engine) => {
    const stream: LLMEngine['stream'] = (prompt, parameters) => {
      const right = engine.stream(prompt, parameters);
      return { result: right.result, events: right.events, [Symbol.asyncIterator]: () => right[Symbol.asyncIterator](), ...change(right) };
    };
    return { stream, generate: async (prompt, parameters) => stream(prompt, parameters).result };
  });
}

/** Each part through a function. */
export async function* mapParts<Part>(parts: AsyncIterable<Part>, change: (part: Part) => readonly Part[]): AsyncGenerator<Part, undefined> {
  for await (const part of parts) yield* change(part);
}
