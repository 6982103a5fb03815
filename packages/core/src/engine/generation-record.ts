import type { MLXEngineError } from '../errors/mlx-engine-error.js';
import type { GenerateResult } from './generate-result.js';
import type { PrefillProgressEvent, StreamEvent, TextDeltaEvent } from './stream-event.js';
import type { TokenLogProbabilities } from './token-log-probabilities.js';
import { StreamView } from '../streams/stream-view.js';

/** How a generation ended. */
export type Outcome = { readonly result: GenerateResult } | { readonly error: MLXEngineError };

/**
 * What a generation has produced, and the views that show it. It keeps the text, log-probabilities where
 * they were asked for and the last progress, never a list of events, so a stream that nobody reads costs its text and no more.
 */
export class GenerationRecord {
  readonly #textViews = new Set<StreamView<string>>();
  readonly #eventViews = new Set<StreamView<StreamEvent>>();
  readonly #logProbabilities: TokenLogProbabilities[] = [];
  /** How many of them have been in an event. */
  #shown = 0;
  #text = '';
  #progress: PrefillProgressEvent | undefined;
  #outcome: Outcome | undefined;

  get text(): string {
    return this.#text;
  }

  get settled(): boolean {
    return this.#outcome !== undefined;
  }

  /** Log-probabilities of all tokens so far. */
  get logProbabilities(): readonly TokenLogProbabilities[] {
    return [...this.#logProbabilities];
  }

  /** @param text - empty where tokens have made none yet: their log-probabilities come with the next text */
  addText(text: string, logProbabilities: readonly TokenLogProbabilities[] = []): void {
    this.#logProbabilities.push(...logProbabilities);
    if (text === '') return;
    this.#text += text;
    const event = textDelta(text, this.#logProbabilities.slice(this.#shown));
    this.#shown = this.#logProbabilities.length;
    for (const view of this.#textViews) view.push(text);
    for (const view of this.#eventViews) view.push(event);
  }

  addProgress(progress: PrefillProgressEvent): void {
    this.#progress = progress;
    for (const view of this.#eventViews) view.push(progress);
  }

  settle(outcome: Outcome): void {
    this.#outcome = outcome;
    for (const view of this.#textViews) endTextView(view, outcome);
    for (const view of this.#eventViews) endEventView(view, outcome);
    this.#textViews.clear();
    this.#eventViews.clear();
  }

  /** @param onLeave - called where the reader leaves before the end */
  openText(onLeave: () => void): StreamView<string> {
    const view = new StreamView<string>({ add: addText, onLeave });
    if (this.#text !== '') view.push(this.#text);
    if (this.#outcome === undefined) this.#textViews.add(view);
    else endTextView(view, this.#outcome);
    return view;
  }

  openEvents(): StreamView<StreamEvent> {
    const view: StreamView<StreamEvent> = new StreamView<StreamEvent>({
      add: addEvent,
      onLeave: () => this.#eventViews.delete(view),
    });
    if (this.#progress !== undefined) view.push(this.#progress);
    if (this.#text !== '') view.push(textDelta(this.#text, this.#logProbabilities.slice(0, this.#shown)));
    if (this.#outcome === undefined) this.#eventViews.add(view);
    else endEventView(view, this.#outcome);
    return view;
  }
}

function textDelta(text: string, logProbabilities: readonly TokenLogProbabilities[]): TextDeltaEvent {
  return { type: 'text-delta', text, ...(logProbabilities.length > 0 && { logProbabilities }) };
}

function endTextView(view: StreamView<string>, outcome: Outcome): void {
  view.end('error' in outcome ? outcome.error : undefined);
}

function endEventView(view: StreamView<StreamEvent>, outcome: Outcome): void {
  if ('result' in outcome) view.push({ type: 'finish', result: outcome.result });
  view.end('error' in outcome ? outcome.error : undefined);
}

function addText(unread: string[], text: string): void {
  unread.push((unread.pop() ?? '') + text);
}

/** At most one event of each type waits: texts are joined, and only the latest progress says something. */
function addEvent(unread: StreamEvent[], event: StreamEvent): void {
  const index = unread.findIndex(({ type }) => type === event.type);
  const waiting = unread[index];
  if (waiting === undefined) unread.push(event);
  else if (event.type === 'text-delta' && waiting.type === event.type) {
    unread[index] = textDelta(waiting.text + event.text, [...(waiting.logProbabilities ?? []), ...(event.logProbabilities ?? [])]);
  }
  else unread[index] = event;
}
