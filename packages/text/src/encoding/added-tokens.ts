import type { JsonNode } from '../json-node.js';

/** A token that is found in text before anything else happens to it. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
  readonly singleWord: boolean;
  readonly stripsLeft: boolean;
  readonly stripsRight: boolean;
  /** Whether it is looked for after normalization, in its own normalized form. */
  readonly normalized: boolean;
}

/** Reads `added_tokens` of a tokenizer.json. */
export function addedTokens(node: JsonNode): readonly AddedToken[] {
  if (node.isNothing) return [];
  return node.items().map((token) => {
    const special = token.get('special').boolean(false);
    return {
      id: token.get('id').index(),
      content: token.get('content').string(),
      special,
      singleWord: token.get('single_word').boolean(false),
      stripsLeft: token.get('lstrip').boolean(false),
      stripsRight: token.get('rstrip').boolean(false),
      normalized: token.get('normalized').boolean(!special),
    };
  });
}

/** A part of a text: an added token, or text between two of them, which begins at `start`. */
export type TextPart = { readonly token: AddedToken } | { readonly text: string; readonly start: number };

const wordAtEnd = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u;
const wordAtStart = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;
const isSpace = /\p{White_Space}/u;

/** Node of the tree of all tokens' texts. */
interface TreeNode {
  readonly next: Map<number, TreeNode>;
  token: AddedToken | undefined;
}

/** Cuts a text at added tokens; the longest that begins first wins. */
export class AddedTokenSplitter {
  readonly #root: TreeNode = { next: new Map(), token: undefined };

  /** @param tokens - each by the text it is looked for as */
  constructor(tokens: ReadonlyMap<string, AddedToken>) {
    for (const [content, token] of tokens) if (content !== '') this.#add(content, token);
  }

  split(text: string): readonly TextPart[] {
    const parts: TextPart[] = [];
    let done = 0;
    for (let index = 0; index < text.length; ) {
      const found = this.#longestAt(text, index);
      if (found === undefined) {
        index += 1;
        continue;
      }
      const { token, end } = found;
      if (!token.singleWord || standsAlone(text, index, end)) {
        const start = token.stripsLeft ? Math.max(spacesBefore(text, index), done) : index;
        if (start > done) parts.push({ text: text.slice(done, start), start: done });
        parts.push({ token });
        done = token.stripsRight ? spacesAfter(text, end) : end;
      }
      index = Math.max(end, done);
    }
    if (done < text.length) parts.push({ text: text.slice(done), start: done });
    return parts;
  }

  #add(content: string, token: AddedToken): void {
    let node = this.#root;
    for (let index = 0; index < content.length; index += 1) {
      const code = content.charCodeAt(index);
      let next = node.next.get(code);
      if (next === undefined) node.next.set(code, (next = { next: new Map(), token: undefined }));
      node = next;
    }
    node.token = token;
  }

  #longestAt(text: string, start: number): { readonly token: AddedToken; readonly end: number } | undefined {
    let node = this.#root.next.get(text.charCodeAt(start));
    let found: { readonly token: AddedToken; readonly end: number } | undefined;
    for (let end = start + 1; node !== undefined; end += 1) {
      if (node.token !== undefined) found = { token: node.token, end };
      node = end < text.length ? node.next.get(text.charCodeAt(end)) : undefined;
    }
    return found;
  }
}

function standsAlone(text: string, start: number, end: number): boolean {
  return !wordAtEnd.test(text.slice(Math.max(0, start - 2), start)) && !wordAtStart.test(text.slice(end, end + 2));
}

function spacesBefore(text: string, end: number): number {
  let start = end;
  while (start > 0 && isSpace.test(text.charAt(start - 1))) start -= 1;
  return start;
}

function spacesAfter(text: string, start: number): number {
  let end = start;
  while (end < text.length && isSpace.test(text.charAt(end))) end += 1;
  return end;
}
