import type { Channel, ChannelListener } from './channel.js';
import type { Command } from './protocol.js';
import type { RuntimeScope } from './runtime-scope.js';

// 8 million multiplications take some 2 ms; with slices of 4 ms the event loop turns well within 10 ms.
const inlinePace = { sliceMs: 4, workLimit: 8_000_000 };

/** A runtime in the caller's thread, for hosts that give no worker: it gives way to the event loop between layers. */
export async function openInlineChannel(giveWay: () => Promise<void>): Promise<Channel> {
  const { RuntimeServer } = await import('./runtime-server.js');
  return new InlineChannel((scope) => new RuntimeServer(scope), giveWay);
}

class InlineChannel implements Channel {
  readonly threaded = false;
  #onCommand: ((command: Command) => void) | undefined;
  #listener: ChannelListener | undefined;
  #lastJob = 0;

  constructor(serve: (scope: RuntimeScope) => unknown, giveWay: () => Promise<void>) {
    serve({
      ...inlinePace,
      giveWay,
      post: (event) => queueMicrotask(() => this.#listener?.onEvent(event)),
      listen: (onCommand) => {
        this.#onCommand = onCommand;
      },
    });
  }

  post(command: Command): void {
    this.#lastJob = command.job;
    this.#onCommand?.(command);
  }

  listen(listener: ChannelListener): void {
    this.#listener = listener;
  }

  hold(): void {}

  async close(): Promise<void> {
    this.#onCommand?.({ type: 'abort', job: this.#lastJob });
    this.#listener = undefined;
    this.#onCommand = undefined;
  }
}
