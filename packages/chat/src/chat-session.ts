import { ChatError, type GenerateParameters, type GenerateResult, type GenerationStream, type LLMEngine, type Message } from '@mlxengine/core';
import { settleBeforeEnd } from './settle-before-end.js';

/** What a {@link ChatSession} talks to, and how. */
export interface ChatSessionOptions {
  /** Any engine; the session does not unload it. */
  readonly engine: LLMEngine;
  /** How the assistant is to behave: the system message before all others. */
  readonly instructions?: string;
  /** Defaults for every turn; what a turn gives itself wins. */
  readonly parameters?: GenerateParameters;
  /** A conversation to go on from, such as the `messages` of another session. Instructions take the place of a system message at its start. */
  readonly messages?: readonly Message[];
}

/**
 * A conversation with an engine. It keeps the history, in which an answer stands exactly as it was generated, so that an
 * engine with a prefix cache computes only what is new.
 *
 * One turn at a time. A turn that fails, is aborted or is left leaves no trace: neither its question nor what had been
 * answered.
 */
export class ChatSession {
  readonly #engine: LLMEngine;
  readonly #instructions: readonly Message[];
  readonly #parameters: GenerateParameters;
  #messages: readonly Message[];
  #busy = false;

  constructor({ engine, instructions, parameters = {}, messages = [] }: ChatSessionOptions) {
    this.#engine = engine;
    const [first] = messages;
    const given = first?.role === 'system' ? [first] : [];
    this.#instructions = instructions === undefined ? given : [{ role: 'system', content: instructions }];
    this.#parameters = { ...parameters };
    this.#messages = snapshot([...this.#instructions, ...messages.slice(given.length)]);
  }

  /**
   * The conversation so far: the instructions as a system message, where there are any, then the turns that came to
   * their end. The array never changes; read this again.
   */
  get messages(): readonly Message[] {
    return this.#messages;
  }

  /**
   * Says something and waits for the whole answer.
   * @throws what {@link ChatSession.stream} and its iteration throw
   */
  async send(text: string, parameters?: GenerateParameters): Promise<GenerateResult> {
    return this.stream(text, parameters).result;
  }

  /**
   * Says something and gives the answer as it comes. When the loop over it ends, is left or throws, and when `result`
   * settles, the session is ready for the next turn.
   * @throws at once: `ChatError` while a turn is running; what the engine's `stream` throws
   */
  stream(text: string, parameters: GenerateParameters = {}): GenerationStream {
    this.#checkIdle();
    const messages: readonly Message[] = [...this.#messages, { role: 'user', content: text }];
    const stream = this.#engine.stream(messages, merge(this.#parameters, parameters));
    this.#busy = true;
    return settleBeforeEnd(stream, this.#finish(stream.result, messages));
  }

  /** Forgets the conversation, but not the instructions. @throws `ChatError` while a turn is running */
  clear(): void {
    this.#checkIdle();
    this.#messages = snapshot(this.#instructions);
  }

  async #finish(result: Promise<GenerateResult>, messages: readonly Message[]): Promise<GenerateResult> {
    try {
      const answer = await result;
      if (answer.finishReason !== 'aborted') this.#messages = snapshot([...messages, { role: 'assistant', content: answer.text }]);
      return answer;
    } finally {
      this.#busy = false;
    }
  }

  #checkIdle(): void {
    if (this.#busy) throw new ChatError('chat.busy', {});
  }
}

function snapshot(messages: readonly Message[]): readonly Message[] {
  return Object.freeze(messages.map(({ role, content }) => Object.freeze({ role, content })));
}

/** Either signal aborts the turn. */
function merge(defaults: GenerateParameters, own: GenerateParameters): GenerateParameters {
  const signals = [defaults.signal, own.signal].filter((signal) => signal !== undefined);
  return { ...defaults, ...own, ...(signals.length === 0 ? {} : { signal: AbortSignal.any(signals) }) };
}
