import type { Command } from '../command.js';
import { bench } from './bench.js';
import { chat } from './chat.js';
import { doctor } from './doctor.js';
import { embed } from './embed.js';
import { list } from './list.js';
import { pull } from './pull.js';
import { rerank } from './rerank.js';
import { run } from './run.js';
import { verify } from './verify.js';

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [run, chat, embed, rerank, pull, list, doctor, bench, verify];
