interface ProcessLike {
  on(event: 'unhandledRejection', listener: (reason: unknown) => void): unknown;
  off(event: 'unhandledRejection', listener: (reason: unknown) => void): unknown;
}

interface Host {
  readonly process?: Partial<ProcessLike>;
  addEventListener?(type: string, listener: (event: { readonly reason?: unknown; preventDefault(): void }) => void): void;
  removeEventListener?(type: string, listener: (event: { readonly reason?: unknown; preventDefault(): void }) => void): void;
}

/**
 * Collects the promises that are rejected while nobody listens, in Node and in browsers.
 * @returns stops watching, after the event loop has turned, and gives the reasons
 */
export function watchRejections(): () => Promise<readonly unknown[]> {
  const host = globalThis as unknown as Host;
  const reasons: unknown[] = [];
  const onProcess = (reason: unknown): void => void reasons.push(reason);
  const onEvent = (event: { readonly reason?: unknown; preventDefault(): void }): void => {
    event.preventDefault();
    reasons.push(event.reason);
  };
  host.process?.on?.('unhandledRejection', onProcess);
  host.addEventListener?.('unhandledrejection', onEvent);
  return async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    host.process?.off?.('unhandledRejection', onProcess);
    host.removeEventListener?.('unhandledrejection', onEvent);
    return reasons;
  };
}
