import { ChatSession } from '@mlxengine/chat';
import { loadModel, type InferenceEngine } from '@mlxengine/engine';
import { answer } from '../chat/answer.js';
import { ChatInput } from '../chat/chat-input.js';
import type { Command, CommandInput } from '../command.js';
import { adapterOptions, generateOptions, modelOptions, readAdapterOptions, readGenerateOptions, readModelOptions } from '../model-options.js';
import { optionValues } from '../option-values.js';
import { ProgressLine } from '../progress-line.js';

export const chat: Command = {
  name: 'chat',
  summary: 'Talk with a model; /clear starts over, /exit or Ctrl-D leaves',
  arguments: '',
  options: { ...modelOptions, ...adapterOptions, ...generateOptions },
  run: async (input) => {
    const values = optionValues('chat', input);
    const { model, ...options } = { ...readModelOptions(values), ...readAdapterOptions(values) };
    const parameters = readGenerateOptions(values);
    const instructions = values.text('system');
    const progress = new ProgressLine(input);
    await using engine = await loadModel(model, {
      ...options,
      signal: input.signal,
      onProgress: progress.update,
    }).finally(() => progress.clear());
    const session = new ChatSession({ engine, parameters, ...(instructions === undefined ? {} : { instructions }) });
    greet(input, engine);
    await talk(input, engine, session, values.flag('stats'));
    return 0;
  },
};

function greet({ stderr, stdin }: CommandInput, engine: InferenceEngine): void {
  if (stdin.isTTY !== true) return;
  stderr.write(`${engine.model.id} on ${engine.backendSelection.backend}. /clear starts over, Ctrl-C stops an answer, Ctrl-D leaves.\n`);
}

async function talk(input: CommandInput, engine: InferenceEngine, session: ChatSession, stats: boolean): Promise<void> {
  using lines = new ChatInput(input);
  for (;;) {
    const line = await lines.next();
    if (line === undefined || line.trim() === '/exit') return;
    if (line.trim() === '/clear') session.clear();
    else if (line.trim() !== '') await answer({ input, engine, session, lines, text: line, stats });
  }
}
