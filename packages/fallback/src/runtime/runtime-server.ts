import { BackendError } from '@mlxengine/core';
import { JobControl } from './job-control.js';
import { ModelRuntime } from './model-runtime.js';
import type { Command, CreateCommand, GenerateCommand, JobCommand, ReadTensorsCommand, WriteTensorCommand } from './protocol.js';
import type { RuntimeScope } from './runtime-scope.js';
import { serializeError } from './serialized-error.js';
import type { ScoreResult } from '@mlxengine/core/backend';

// Large reads are cut, so that an abort is heard and progress shown.
const readBytes = 16 * 1024 * 1024;

/** Serves one model: takes commands, does their work, answers with events. */
export class RuntimeServer {
  readonly #scope: RuntimeScope;
  #runtime: ModelRuntime | undefined;
  #plan: CreateCommand['plan'] | undefined;
  #flag: Int32Array | undefined;
  #control: JobControl | undefined;

  constructor(scope: RuntimeScope) {
    this.#scope = scope;
    scope.listen((command) => this.#take(command));
    scope.post({ type: 'ready' }, []);
  }

  #take(command: Command): void {
    if (command.type === 'abort') {
      if (this.#control?.job === command.job) this.#control.abort();
    } else if (command.type === 'answer') {
      if (this.#control?.job === command.job) this.#control.resolve(command.answer);
    } else {
      void this.#serve(command);
    }
  }

  async #serve(command: JobCommand): Promise<void> {
    const { job } = command;
    const control = new JobControl(job, this.#scope, this.#flag);
    this.#control = control;
    try {
      const result = await this.#work(command, control);
      const transfer = result === undefined ? [] : buffersOf(result);
      this.#scope.post({ type: 'done', job, memoryBytes: this.#memoryBytes, ...(result && { result }) }, transfer);
    } catch (error) {
      this.#scope.post({ type: 'failed', job, memoryBytes: this.#memoryBytes, error: serializeError(error) }, []);
    } finally {
      if (this.#control === control) this.#control = undefined;
    }
  }

  async #work(command: JobCommand, control: JobControl): Promise<ScoreResult | undefined> {
    switch (command.type) {
      case 'create': return this.#create(command);
      case 'write-tensor': return this.#writeTensor(command);
      case 'read-tensors': return this.#readTensors(command, control);
      case 'generate': return this.#generate(command, control);
      case 'score': return this.#loaded.score(command.request, control);
    }
  }

  async #create({ plan, module, abortFlag }: CreateCommand): Promise<undefined> {
    this.#runtime = await ModelRuntime.create(plan, module);
    this.#plan = plan;
    this.#flag = abortFlag === undefined ? undefined : new Int32Array(abortFlag);
  }

  async #writeTensor({ index, bytes }: WriteTensorCommand): Promise<undefined> {
    const tensor = this.#plan?.tensors[index];
    if (tensor === undefined) return;
    this.#loaded.tensorBytes(tensor).set(bytes);
    this.#loaded.finishTensor(tensor);
  }

  async #readTensors({ job, tensors }: ReadTensorsCommand, control: JobControl): Promise<undefined> {
    for (const { index, file, byteOffset } of tensors) {
      const tensor = this.#plan?.tensors[index];
      if (tensor === undefined) continue;
      const room = this.#loaded.tensorBytes(tensor);
      for (let begin = 0; begin < room.length; begin += readBytes) {
        const part = room.subarray(begin, begin + readBytes);
        this.#scope.readFile?.(file, byteOffset + begin, part);
        this.#scope.post({ type: 'read', job, bytes: part.length }, []);
        if (control.check()) await control.giveWay();
      }
      this.#loaded.finishTensor(tensor);
    }
  }

  async #generate({ job, request }: GenerateCommand, control: JobControl): Promise<undefined> {
    await this.#loaded.generate(request, {
      pacer: control,
      emit: (batch) => this.#scope.post({ type: 'batch', job, batch }, []),
      constrain: async (accepted, over) => {
        this.#scope.post({ type: 'constrain', job, accepted, over }, []);
        return over ? undefined : control.answer();
      },
    });
  }

  get #loaded(): ModelRuntime {
    if (this.#runtime === undefined) throw new BackendError('backend.failed', { backend: 'fallback', reason: 'no model is loaded' });
    return this.#runtime;
  }

  get #memoryBytes(): number {
    return this.#runtime?.memoryBytes ?? 0;
  }
}

function buffersOf({ logProbabilities, logits }: ScoreResult): ArrayBuffer[] {
  return [logProbabilities, logits].flatMap((array) => (array === undefined ? [] : [array.buffer as ArrayBuffer]));
}
