import { aborted } from './aborted.js';
import { architecture } from './architecture.js';
import { argument } from './argument.js';
import { backend } from './backend.js';
import { chat } from './chat.js';
import { checkpoint } from './checkpoint.js';
import { cli } from './cli.js';
import { conformance } from './conformance.js';
import { context } from './context.js';
import { download } from './download.js';
import { engine } from './engine.js';
import { fallback } from './fallback.js';
import { feature } from './feature.js';
import { gguf } from './gguf.js';
import { graph } from './graph.js';
import { memory } from './memory.js';
import { model } from './model.js';
import { native } from './native.js';
import { registry } from './registry.js';
import { starter } from './starter.js';
import { storage } from './storage.js';
import { template } from './template.js';
import { tokenizer } from './tokenizer.js';
import { unavailable } from './unavailable.js';
import { unloaded } from './unloaded.js';
import type { MessageCatalogue } from '../message-catalogue.js';

/** German, complete. */
export const de: MessageCatalogue = {
  ...aborted,
  ...architecture,
  ...argument,
  ...backend,
  ...chat,
  ...checkpoint,
  ...cli,
  ...conformance,
  ...context,
  ...download,
  ...engine,
  ...fallback,
  ...feature,
  ...gguf,
  ...graph,
  ...memory,
  ...model,
  ...native,
  ...registry,
  ...starter,
  ...storage,
  ...template,
  ...tokenizer,
  ...unavailable,
  ...unloaded,
};
