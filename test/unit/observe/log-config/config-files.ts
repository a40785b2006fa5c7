import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder that is gone after the test. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'k8s-sidecar-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function configFile(text: string | Uint8Array, folder = newFolder()): string {
  const path = join(folder, 'log.yaml');
  writeFileSync(path, text);
  return path;
}

/** What the charts of others render, in their spelling: both formatters are defined, one of them is used. */
export function chartConfig(options: {
  readonly level?: string;
  readonly formatter?: string;
  readonly console?: boolean;
  readonly file?: string;
}): string {
  const { level = 'INFO', formatter = 'JSON', console = true, file } = options;
  const consoleHandler = `
  console:
    class: logging.StreamHandler
    level: ${level}
    formatter: ${formatter}`;
  const fileHandler = `
  file:
    class : logging.handlers.RotatingFileHandler
    formatter: ${formatter}
    filename: ${file}
    maxBytes: 1024
    backupCount: 3`;
  return `version: 1
disable_existing_loggers: false
root:
  level: ${level}
  handlers:${console ? '\n    - console' : ''}${file === undefined ? '' : '\n    - file'}
handlers:${console ? consoleHandler : ''}${file === undefined ? '' : fileHandler}
formatters:
  JSON:
    "()": logger.JsonFormatter
    format: "%(levelname)s %(message)s"
    rename_fields:
      message: msg
      levelname: level
  LOGFMT:
    "()": logger.LogfmtFormatter
    keys:
      - time
      - level
      - msg
    mapping:
      time: asctime
      level: levelname
      msg: message
`;
}
