/** What a `Content-Range` header says. */
export interface ContentRange {
  /** First byte of the answer; absent where the range was refused. */
  readonly first?: number;
  /** Last byte of the answer, itself included. */
  readonly last?: number;
  /** Size of the whole; absent where the server does not know it. */
  readonly total?: number;
}

/** Parses `bytes 0-99/1234` and its variants; `undefined` where it is none. Source: RFC 9110, 14.4. */
export function parseContentRange(header: string | null): ContentRange | undefined {
  const match = /^bytes (?:(\d{1,15})-(\d{1,15})|\*)\/(\d{1,15}|\*)$/.exec(header?.trim() ?? '');
  if (match === null) return undefined;
  const [, first, last, total] = match;
  return {
    ...(first === undefined || last === undefined ? {} : { first: Number(first), last: Number(last) }),
    ...(total === undefined || total === '*' ? {} : { total: Number(total) }),
  };
}
