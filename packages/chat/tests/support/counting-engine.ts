import { defineEngine, type LLMEngine, type Message } from '@mlxengine/core';

/** An engine that really computes its answers, and tells what it was asked. */
export interface CountingEngine {
  readonly engine: LLMEngine;
  /** The conversations it was given. */
  readonly asked: (readonly Message[])[];
  /** Resolves as soon as an answer has begun and waits in its middle. */
  readonly waiting: () => Promise<void>;
}

/**
 * Counts words: it answers every message with how often each of its words has been said in the whole conversation. A
 * message with "wait" makes it stop in the middle until it is aborted, one with "fail" makes it fail there.
 *
 * Its prefix cache is the text of the last conversation with its answer, and a token is a character.
 */
export function createCountingEngine(): CountingEngine {
  const asked: (readonly Message[])[] = [];
  const waiters: (() => void)[] = [];
  let cache = '';
  const engine = defineEngine({
    model: { id: 'counting', architecture: 'counting' },
    supports: { parameters: ['maxTokens', 'temperature', 'stop'], rawPrompts: false, countTokens: false, prefillProgress: false, deterministicSeed: true },
    async *doStream({ prompt, parameters, signal }) {
      const messages = prompt.kind === 'messages' ? prompt.messages : [];
      asked.push(messages);
      const text = write(messages);
      const cachedPromptTokens = commonPrefix(cache, text);
      const last = messages.at(-1)?.content ?? '';
      const answer = count(messages, last).slice(0, parameters.maxTokens);
      for (const [index, character] of Array.from(answer).entries()) {
        await Promise.resolve();
        if (index === 3 && last.includes('fail')) throw new RangeError('the words ran out');
        if (index === 3 && last.includes('wait')) {
          waiters.splice(0).forEach((resolve) => resolve());
          await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        }
        if (signal.aborted) return;
        yield { type: 'text-delta', text: character };
      }
      cache = text + answer;
      const reason = answer.length === parameters.maxTokens ? 'length' : 'stop';
      yield { type: 'finish', reason, usage: { promptTokens: text.length, cachedPromptTokens, completionTokens: answer.length } };
    },
  });
  return { engine, asked, waiting: () => new Promise((resolve) => waiters.push(resolve)) };
}

/** A conversation as text that ends where the assistant speaks. */
export function write(messages: readonly Message[]): string {
  return `${messages.map(({ role, content }) => `<${role}>${content}\n`).join('')}<assistant>`;
}

function count(messages: readonly Message[], last: string): string {
  const said = messages.flatMap(({ content }) => content.split(/\W+/));
  return ` ${last.split(/\W+/).filter(Boolean).map((word) => `${word} ${said.filter((other) => other === word).length}`).join(', ')} `;
}

function commonPrefix(left: string, right: string): number {
  let length = 0;
  while (length < left.length && length < right.length && left[length] === right[length]) length += 1;
  return length;
}


/** The same engine with a result that comes some time after the end of text and events, as an engine may have it. */
export function withLateResult(engine: LLMEngine): LLMEngine {
  return {
    ...engine,
    stream: (prompt, parameters) => {
      const { result, events, ...stream } = engine.stream(prompt, parameters);
      const later = new Promise((resolve) => setTimeout(resolve, 30));
      const late = result.finally(() => later);
      late.catch(() => undefined);
      return { ...stream, events, result: late };
    },
  };
}
