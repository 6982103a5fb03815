import process from 'node:process';

const quietMilliseconds = 20_000;

/** Elapsed time for people: `0.4 s`, `1 min 12 s`. */
export function formatDuration(milliseconds) {
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/**
 * Shows on standard error that a step runs: one line that is rewritten each second in a terminal, a line now and then elsewhere.
 *
 * @param {string} title
 */
export function startProgress(title) {
  const { stderr } = process;
  const started = performance.now();
  const elapsed = () => formatDuration(performance.now() - started);
  let detail = '';
  const draw = () => {
    const line = `… ${title} (${elapsed()}) ${detail}`;
    stderr.write(stderr.isTTY ? `\r\u001b[2K${line.slice(0, (stderr.columns ?? 80) - 1)}` : `${line.trimEnd()}\n`);
  };
  draw();
  const timer = setInterval(draw, stderr.isTTY ? 1000 : quietMilliseconds);
  const end = (mark) => {
    clearInterval(timer);
    stderr.write(`${stderr.isTTY ? '\r\u001b[2K' : ''}${mark} ${title} (${elapsed()})\n`);
  };
  return {
    /** @param {string} line the command's latest line of output */
    report: (line) => {
      detail = line.replace(/\u001b\[[0-9;]*[A-Za-z]/g, '').trim();
    },
    succeed: () => end('✓'),
    /** @param {string} warning why the step was left undone */
    leave: (warning) => {
      end('!');
      stderr.write(`  ${warning}\n`);
    },
    fail: () => end('✗'),
  };
}
