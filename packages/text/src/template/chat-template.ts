import { type ChatTemplateOptions, type Message, MLXEngineError, TokenizerError } from '@mlxengine/core';
import { Environment, parseTemplate, type TemplateEnvironment, type TemplateNode } from './jinja-types.js';
import { RenderBudget } from './render-budget.js';
import { SandboxedInterpreter } from './sandbox.js';
import { strftime } from './strftime.js';

const longestTemplate = 256 * 1024;
/** The library's lexer takes time quadratic in a run of spaces. */
const longestRunOfSpaces = /\s{1000}/;
/** Jinja's own limit for sandboxed templates. */
const longestRange = 100_000;

/** Where a template comes from and what it may use. */
export interface ChatTemplateOrigin {
  readonly model: string;
  readonly file: string;
  /** Special tokens by the names that templates use, such as `bos_token`. */
  readonly specialTokens: Readonly<Record<string, string>>;
}

/** A checkpoint's chat template: Jinja as transformers gives it to templates. */
export class ChatTemplate {
  readonly #text: string;
  readonly #origin: ChatTemplateOrigin;
  readonly #now: () => Date;
  #program: TemplateNode | undefined;

  /** @param now - the time that `strftime_now` tells */
  constructor(text: string, origin: ChatTemplateOrigin, now: () => Date = () => new Date()) {
    this.#text = text;
    this.#origin = origin;
    this.#now = now;
  }

  /** @throws `TokenizerError` where the template cannot be parsed, refuses the conversation, fails or costs too much */
  render(messages: readonly Message[], options: ChatTemplateOptions = {}): string {
    this.#program ??= this.#parse();
    const { model } = this.#origin;
    const budget = new RenderBudget(model, messages.reduce((sum, { content }) => sum + content.length, 0));
    try {
      const environment = this.#environment(messages, options, budget);
      return new SandboxedInterpreter(environment, budget).evaluate(this.#program, environment).value as string;
    } catch (cause) {
      if (MLXEngineError.isInstance(cause)) throw cause;
      throw new TokenizerError('template.failed', { model, reason: (cause as Error).message }, { cause });
    }
  }

  #parse(): TemplateNode {
    if (this.#text.length > longestTemplate) throw this.#invalid(`it has ${this.#text.length} characters, expected at most ${longestTemplate}`);
    if (longestRunOfSpaces.test(this.#text)) throw this.#invalid('it has a run of more than 1000 spaces');
    try {
      return parseTemplate(this.#text);
    } catch (cause) {
      throw this.#invalid((cause as Error).message, cause);
    }
  }

  #environment(messages: readonly Message[], { addGenerationPrompt = true }: ChatTemplateOptions, budget: RenderBudget): TemplateEnvironment {
    const environment = new Environment();
    const variables: Readonly<Record<string, unknown>> = {
      ...this.#origin.specialTokens,
      messages: messages.map(({ role, content }) => ({ role, content })),
      add_generation_prompt: addGenerationPrompt,
      ...{ true: true, True: true, false: false, False: false, none: null, None: null },
      range: (...args: readonly number[]) => range(args, budget),
      strftime_now: (format: string) => strftime(this.#now(), format),
      raise_exception: (reason: string) => {
        throw new TokenizerError('template.raised', { model: this.#origin.model, reason });
      },
    };
    for (const [name, value] of Object.entries(variables)) environment.set(name, value);
    return environment;
  }

  #invalid(reason: string, cause?: unknown): TokenizerError {
    const { model, file } = this.#origin;
    return new TokenizerError('template.invalid', { model, file, reason }, { cause });
  }
}

/** Python's `range`, bounded. */
function range(args: readonly number[], budget: RenderBudget): number[] {
  const [start, stop, step = 1] = args.length < 2 ? [0, args[0] ?? 0] : args;
  const count = Math.max(0, Math.ceil(((stop ?? 0) - (start ?? 0)) / step));
  // A step of 0 gives no finite count.
  if (!(count <= longestRange)) throw budget.exceeded(longestRange, 'items of a range');
  budget.step(count);
  return Array.from({ length: count }, (_, index) => (start ?? 0) + index * step);
}
