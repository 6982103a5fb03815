import type { ChatSession } from '@mlxengine/chat';
import { AbortedError, MLXEngineError } from '@mlxengine/core';
import type { InferenceEngine } from '@mlxengine/engine';
import type { CommandInput } from '../command.js';
import { describeStatistics } from '../statistics.js';
import type { ChatInput } from './chat-input.js';

/** One turn of a chat. */
export interface Turn {
  readonly input: CommandInput;
  readonly engine: InferenceEngine;
  readonly session: ChatSession;
  readonly lines: ChatInput;
  readonly text: string;
  readonly stats: boolean;
}

/** Writes the answer as it comes. Ctrl-C stops it and keeps the chat; so does an error of the engine, which is told. */
export async function answer({ input, engine, session, lines, text, stats }: Turn): Promise<void> {
  const stop = new AbortController();
  const { stdout, stderr } = input;
  await lines.whileAnswering(
    () => stop.abort(),
    async () => {
      try {
        const stream = session.stream(text, { signal: stop.signal });
        for await (const delta of stream) stdout.write(delta);
        stdout.write('\n');
        if (stats) stderr.write(describeStatistics(engine, await stream.result));
      } catch (error) {
        if (AbortedError.isInstance(error)) stdout.write('\n(stopped)\n');
        else if (MLXEngineError.isInstance(error)) stderr.write(`\nmlxengine: ${error.message} [${error.code}]\n`);
        else throw error;
      }
    },
  );
}
