import type { LoadProgress } from '@mlxengine/core';
import type { CommandStreams } from './command.js';

const phases: Readonly<Record<LoadProgress['phase'], string>> = {
  download: 'Downloading the model',
  read: 'Reading the model',
  tokenizer: 'Reading the tokenizer',
  weights: 'Loading weights',
};

/** Shows progress on one line of a terminal, and nothing where standard error is none. */
export class ProgressLine {
  readonly #stderr: CommandStreams['stderr'];
  #shown = '';

  constructor({ stderr }: Pick<CommandStreams, 'stderr'>) {
    this.#stderr = stderr;
  }

  readonly update = ({ phase, loadedBytes, totalBytes }: LoadProgress): void => {
    const counted = loadedBytes !== undefined && totalBytes !== undefined && totalBytes > 0;
    this.#show(`${phases[phase]}${counted ? ` ${Math.floor((100 * loadedBytes) / totalBytes)} %` : ''} …`);
  };

  /** Takes the line away. */
  clear(): void {
    if (this.#shown !== '') this.#stderr.write('\r\u001b[K');
    this.#shown = '';
  }

  #show(text: string): void {
    if (this.#stderr.isTTY !== true || text === this.#shown) return;
    this.#shown = text;
    this.#stderr.write(`\r\u001b[K${text}`);
  }
}
