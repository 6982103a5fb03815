import type { DecoderStage } from './decoder-stage.js';
import { eachToken } from './decoder-stage.js';

/** Takes up to `start` of a character from the beginning of each token, and up to `stop` from its end. */
export function stripEach(character: string, start: number, stop: number): DecoderStage {
  return eachToken((token) => {
    const from = leading(token, character, start);
    return token.slice(from, token.length - trailing(token.slice(from), character, stop));
  });
}

/** The same for tokens that have become one text: its beginning is cut as it comes, its end is held back. */
export class StripWhole implements DecoderStage {
  readonly #character: string;
  readonly #stop: number;
  #startLeft: number;
  #held = '';

  constructor(character: string, start: number, stop: number) {
    this.#character = character;
    this.#startLeft = start;
    this.#stop = stop;
  }

  push(tokens: readonly string[]): readonly string[] {
    const fresh = this.#withoutStart(tokens.join(''));
    const text = this.#held + fresh;
    const held = trailing(text, this.#character, this.#stop);
    this.#held = text.slice(text.length - held);
    return held === text.length ? [] : [text.slice(0, text.length - held)];
  }

  /** What is still held back is what is to be cut from the end. */
  flush(): readonly string[] {
    this.#held = '';
    return [];
  }

  #withoutStart(text: string): string {
    if (this.#startLeft === 0 || text === '') return text;
    const cut = leading(text, this.#character, this.#startLeft);
    this.#startLeft = cut === text.length ? this.#startLeft - cut : 0;
    return text.slice(cut);
  }
}

/** Metaspace: marks are spaces, and those of the first token are dropped where the tokenizer puts one before the text. */
export function metaspaceStage(mark: string, dropsFirst: boolean): DecoderStage {
  return eachToken((token, index) => token.replaceAll(mark, index === 0 && dropsFirst ? '' : ' '));
}

/** WordPiece: a space before every token that does not continue a word. */
export function wordPieceStage(prefix: string, cleansUp: boolean): DecoderStage {
  return eachToken((token, index) => {
    const continues = index > 0 && prefix !== '' && token.startsWith(prefix);
    const text = index === 0 ? token : continues ? token.slice(prefix.length) : ` ${token}`;
    return cleansUp ? cleanUp(text) : text;
  });
}

/** No decoder at all: tokens with a space between them. */
export function joinedBySpaces(): DecoderStage {
  return eachToken((token, index) => (index === 0 ? token : ` ${token}`));
}

/** BPE with a suffix for the end of a word, which is a space in the text but after the last token. */
export class WordEndStage implements DecoderStage {
  readonly #suffix: string;
  #last: string | undefined;

  constructor(suffix: string) {
    this.#suffix = suffix;
  }

  push(tokens: readonly string[]): readonly string[] {
    const all = this.#last === undefined ? tokens : [this.#last, ...tokens];
    this.#last = all.at(-1);
    return all.slice(0, -1).map((token) => token.replaceAll(this.#suffix, ' '));
  }

  flush(): readonly string[] {
    const last = this.#last;
    this.#last = undefined;
    return last === undefined ? [] : [last.replaceAll(this.#suffix, '')];
  }
}

function leading(text: string, character: string, most: number): number {
  let count = 0;
  while (count < most && count < text.length && text.charAt(count) === character) count += 1;
  return count;
}

function trailing(text: string, character: string, most: number): number {
  let count = 0;
  while (count < most && count < text.length && text.charAt(text.length - 1 - count) === character) count += 1;
  return count;
}

function cleanUp(text: string): string {
  return text
    .replaceAll(' .', '.').replaceAll(' ?', '?').replaceAll(' !', '!').replaceAll(' ,', ',').replaceAll(" ' ", "'")
    .replaceAll(" n't", "n't").replaceAll(" 'm", "'m").replaceAll(" do not", " don't").replaceAll(" 's", "'s")
    .replaceAll(" 've", "'ve").replaceAll(" 're", "'re");
}
