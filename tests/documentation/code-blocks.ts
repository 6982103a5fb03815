import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const repository = resolve(import.meta.dirname, '../..');

/** A piece of TypeScript in the documentation, written into a file of its own. */
export interface CodeBlock {
  /** Where it stands, for messages. */
  readonly origin: string;
  /** The file, in a package that has what it imports. */
  readonly file: string;
  /** What it says that it prints: the comments after `console.log(…);` at the end of a line. */
  readonly printed: readonly string[];
}

/** @param source - the file that the code is from, relative to the repository */
function writeBlock(source: string, index: number, code: string, folder: string): CodeBlock {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${source.replace(/\W/g, '-')}-${index}.ts`);
  writeFileSync(file, `${code}\nexport {};\n`);
  const printed = [...code.matchAll(/^ *console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text = '']) => text);
  return { origin: `${source} #${index + 1}`, file, printed };
}

/** Every `@example` of the packages' sources. */
export function sourceExamples(): CodeBlock[] {
  for (const folder of globSync('packages/*/.cache/documentation', { cwd: repository })) rmSync(join(repository, folder), { recursive: true });
  const sources = globSync('packages/*/src/**/*.ts', { cwd: repository }).filter((path) => !path.endsWith('.test.ts'));
  return sources.sort().flatMap((path) => {
    const comments = [...readFileSync(join(repository, path), 'utf8').matchAll(/\/\*\*[^]*?\*\//g)].map(([comment]) => comment.replace(/^ *\* ?/gm, ''));
    const codes = comments.flatMap((comment) => [...comment.matchAll(/@example[^@]*?```ts\n([^]*?)```/g)].map(([, code = '']) => code));
    const folder = join(repository, ...path.split('/').slice(0, 2), '.cache', 'documentation');
    return codes.map((code, index) => writeBlock(path, index, code, folder));
  });
}

/** Every block of TypeScript in the READMEs and the guides; one that imports nothing goes on where the one before it ended. */
export function readmeBlocks(): CodeBlock[] {
  // This package depends on all others, and READMEs show several at work together.
  const folder = join(repository, 'tests', '.cache', 'documentation');
  rmSync(folder, { recursive: true, force: true });
  return globSync(['README.md', 'docs/guides/*.md', 'packages/*/README.md'], { cwd: repository }).sort().flatMap((path) => {
    const programs: string[] = [];
    for (const [, code = ''] of readFileSync(join(repository, path), 'utf8').matchAll(/^```ts\n([^]*?)^```/gm)) {
      if (programs.length > 0 && !/^import /m.test(code)) programs.push(`${programs.pop()}${code}`);
      else programs.push(code);
    }
    return programs.map((code, index) => writeBlock(path, index, code, folder));
  });
}
