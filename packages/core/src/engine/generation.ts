import { AbortedError } from '../errors/aborted-error.js';
import { EngineError } from '../errors/engine-error.js';
import { MLXEngineError } from '../errors/mlx-engine-error.js';
import { problemOfPart } from './check-stream-part.js';
import type { EngineImplementation, EngineRequest } from './engine-implementation.js';
import type { EngineStreamPart, FinishPart } from './engine-stream-part.js';
import type { GenerateResult, TokenUsage } from './generate-result.js';
import { GenerationRecord, type Outcome } from './generation-record.js';
import type { GenerationStream } from './generation-stream.js';

/** One running answer: drives the implementer's iteration and settles the caller's stream. */
export class Generation {
  readonly stream: GenerationStream;
  /** Resolves when the implementer's iteration is over; never rejects. */
  readonly ended: Promise<void>;
  readonly #implementation: EngineImplementation;
  readonly #request: EngineRequest;
  readonly #controller = new AbortController();
  readonly #record = new GenerationRecord();
  readonly #result = Promise.withResolvers<GenerateResult>();
  #usage: TokenUsage | undefined;
  #finish: FinishPart | undefined;

  /** @param signal - the caller's */
  constructor(implementation: EngineImplementation, request: Omit<EngineRequest, 'signal'>, signal: AbortSignal | undefined) {
    this.#implementation = implementation;
    this.#request = { ...request, signal: this.#controller.signal };
    this.#result.promise.catch(() => undefined); // A result that nobody reads is no unhandled rejection.
    this.stream = this.#createStream();
    if (signal?.aborted) this.#abort(signal.reason);
    this.ended = this.#record.settled ? Promise.resolve() : this.#follow(signal);
  }

  /** Ends the stream with an error and tells the implementer to stop. */
  fail(error: MLXEngineError): void {
    this.#cancel({ error }, error);
  }

  #createStream(): GenerationStream {
    const record = this.#record;
    return {
      result: this.#result.promise,
      events: { [Symbol.asyncIterator]: () => record.openEvents() },
      [Symbol.asyncIterator]: () => record.openText(() => this.#leave()),
    };
  }

  async #follow(signal: AbortSignal | undefined): Promise<void> {
    const onAbort = (): void => this.#abort(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      await this.#drive();
    } catch (error) {
      this.fail(toEngineError(error));
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  async #drive(): Promise<void> {
    const model = this.#implementation.model.id;
    for await (const part of this.#implementation.doStream(this.#request)) {
      if (!this.#record.settled) this.#take(model, part);
      if (this.#record.settled) return; // What comes after an abort is nobody's.
    }
    if (this.#record.settled) return;
    if (this.#finish === undefined) throw new EngineError('engine.missing-finish', { model });
    this.#settle({ result: this.#resultOf(this.#finish) });
  }

  #take(model: string, part: EngineStreamPart): void {
    const found = problemOfPart(part);
    if (found !== undefined) return this.fail(new EngineError('engine.invalid-part', { model, found }));
    if (this.#finish !== undefined) return this.fail(new EngineError('engine.part-after-finish', { model, type: part.type }));
    if (part.type === 'prefill-progress') return this.#record.addProgress(part);
    this.#usage = part.usage ?? this.#usage;
    if (part.type === 'finish') this.#finish = part;
    else this.#record.addText(part.text, part.logProbabilities);
  }

  #leave(): void {
    this.#cancel({ result: this.#partial() }, new AbortedError('aborted.generation', {}));
  }

  #abort(reason: unknown): void {
    const error = new AbortedError('aborted.generation', {}, { cause: reason, partial: this.#partial() });
    this.#cancel({ error }, reason);
  }

  #cancel(outcome: Outcome, reason: unknown): void {
    if (this.#record.settled) return;
    this.#settle(outcome); // First, so that nothing the implementer does on the signal changes the outcome.
    this.#controller.abort(reason);
  }

  #settle(outcome: Outcome): void {
    this.#record.settle(outcome);
    if ('result' in outcome) this.#result.resolve(outcome.result);
    else this.#result.reject(outcome.error);
  }

  #resultOf({ reason, stopString, usage, timings }: FinishPart): GenerateResult {
    return {
      text: this.#record.text,
      finishReason: reason,
      ...(stopString === undefined ? {} : { stopString }),
      usage,
      ...(timings === undefined ? {} : { timings }),
      ...this.#logProbabilities(),
      ...this.#seed(),
    };
  }

  #partial(): GenerateResult {
    const usage = this.#usage === undefined ? {} : { usage: this.#usage };
    return { text: this.#record.text, finishReason: 'aborted', ...usage, ...this.#logProbabilities(), ...this.#seed() };
  }

  #logProbabilities(): Pick<GenerateResult, 'logProbabilities'> {
    return this.#request.parameters.logProbabilities === undefined ? {} : { logProbabilities: this.#record.logProbabilities };
  }

  #seed(): { readonly seed?: number } {
    const { seed, temperature } = this.#request.parameters;
    return seed === undefined || temperature === 0 ? {} : { seed };
  }
}

/** An error of this package as it is, anything else as the cause of an `EngineError`. */
export function toEngineError(error: unknown): MLXEngineError {
  if (MLXEngineError.isInstance(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new EngineError('engine.generation-failed', { reason }, { cause: error });
}
