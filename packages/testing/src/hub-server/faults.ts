/** How the server misbehaves. Bytes are counted in the body of one answer. */
export type HubFault =
  /** Closes the connection after so many bytes of the body. */
  | { readonly kind: 'drop'; readonly afterBytes: number }
  /** Sends so many bytes of the body and then nothing more, without closing. */
  | { readonly kind: 'stall'; readonly afterBytes: number }
  /** Ends the body in good order after so many bytes, as if that were all. */
  | { readonly kind: 'truncate'; readonly afterBytes: number }
  /** Adds so many bytes to the end of the body. */
  | { readonly kind: 'extend'; readonly bytes: number }
  /** Changes one byte of the body. */
  | { readonly kind: 'corrupt'; readonly atByte: number }
  /** Answers with a status instead, such as 429 or 503. */
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** Sends the whole file whatever range was asked for. */
  | { readonly kind: 'no-ranges' }
  /** Waits before each piece of the body, so that a test can step in. */
  | { readonly kind: 'slow'; readonly pieceMs: number };

/** Which answers a fault strikes. */
export interface HubFaultRule {
  readonly fault: HubFault;
  /** Part of the path of the request, or of the file that a link of the second host leads to; default: any. */
  readonly path?: string | RegExp;
  readonly host?: 'hub' | 'content';
  readonly method?: 'GET' | 'HEAD';
  /** How many answers it strikes; default 1. */
  readonly times?: number;
}

/** What a rule is matched against. */
export interface FaultSubject {
  readonly host: 'hub' | 'content';
  readonly method: string;
  readonly path: string;
}

interface ActiveRule extends HubFaultRule {
  left: number;
}

/** The faults in force. */
export class FaultList {
  #rules: ActiveRule[] = [];

  add(rule: HubFaultRule): void {
    this.#rules.push({ ...rule, left: rule.times ?? 1 });
  }

  clear(): void {
    this.#rules = [];
  }

  /** The faults of one answer, used up by it: of each kind the first rule that matches; a status only alone. */
  take(subject: FaultSubject): readonly HubFault[] {
    const taken = new Map<HubFault['kind'], HubFault>();
    for (const rule of this.#rules) {
      if (rule.left <= 0 || taken.has(rule.fault.kind) || !matches(rule, subject)) continue;
      const { kind } = rule.fault;
      if (kind === 'status' && taken.size > 0) continue;
      rule.left -= 1;
      taken.set(kind, rule.fault);
      if (kind === 'status') break;
    }
    return [...taken.values()];
  }
}

function matches({ path, host, method }: HubFaultRule, subject: FaultSubject): boolean {
  if (host !== undefined && host !== subject.host) return false;
  if (method !== undefined && method !== subject.method) return false;
  if (path === undefined) return true;
  return typeof path === 'string' ? subject.path.includes(path) : path.test(subject.path);
}
