import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkArrows } from '../../../scripts/check-arrows.mjs';

let src: string;
beforeEach(() => {
  src = mkdtempSync(join(tmpdir(), 'arrows-'));
});
afterEach(() => rmSync(src, { recursive: true }));

function tree(files: Record<string, string>): string[] {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(src, file)), { recursive: true });
    writeFileSync(join(src, file), text);
  }
  return checkArrows(src);
}

const importing = (name: string) => `import { x } from '${name}';\n`;

describe('the arrows hold', () => {
  test('in a tree that follows the design', () => {
    const wrong = tree({
      'main.ts': `${importing('./sidecar.js')}${importing('./config/read.js')}import('./dev/run.js');\nprocess.exitCode = 1;\n`,
      'dev/run.ts': `${importing('../streams/watch.js')}${importing('../testing/api.js')}import type { P } from '../program.js';\n`,
      'testing/api.ts': '',
      'program.ts': '',
      'index.ts': "export * from './model.js';\nexport { watch } from './streams/watch.js';\n",
      'sidecar.ts': `${importing('./streams/watch.js')}${importing('./sinks/files/write.js')}import type { C } from './config/read.js';\n`,
      'streams/watch.ts': `${importing('../operators/backoff.js')}${importing('../kubernetes/get.js')}import { of } from 'rxjs';\n`,
      'sinks/files/write.ts': `${importing('../../operators/settle.js')}${importing('./stage.js')}`,
      'sinks/files/stage.ts': importing('../../model.js'),
      'operators/backoff.ts': "import type { C } from '../config/read.js';\n",
      'operators/settle.ts': '',
      'kubernetes/get.ts': importing('../version.js'),
      'config/read.ts': '',
      'model.ts': '',
      'version.ts': '',
    });
    expect(wrong).toEqual([]);
  });

  test.each([
    ['a line comment', "// import { x } from '../sinks/http.js'\n"],
    ['a doc comment', "/**\n * Example:\nimport { x } from '../sinks/http.js';\n */\n"],
    ['a constant that looks like a path', "export const path = '../sinks/http.js';\n"],
    [
      'process as a key, a property, and in texts',
      'f({ process: 1 }, child.process, \'process.env\', "process", `the process $' + '{name}`);\n',
    ],
    ['process in a comment', '// process.env is not read here\n/* process.env */\n'],
    ['longer words', 'preprocess.x; processed.x; sub_process.y; const processes = [1];\n'],
  ])('with %s', (_, text) => {
    expect(tree({ 'streams/a.ts': text, 'sinks/http.ts': '' })).toEqual([]);
  });
});

describe('the arrows are broken', () => {
  test.each([
    [
      'streams use sinks',
      'streams/a.ts',
      importing('../sinks/b.js'),
      'src/streams/a.ts imports src/sinks/b.ts: streams may use operators, kubernetes',
    ],
    ['sinks use streams', 'sinks/a.ts', importing('../streams/b.js'), 'src/sinks/a.ts imports src/streams/b.ts'],
    [
      'an operator uses kubernetes',
      'operators/a.ts',
      importing('../kubernetes/b.js'),
      'src/operators/a.ts imports src/kubernetes/b.ts',
    ],
    [
      'a room uses values of config',
      'sinks/a.ts',
      importing('../config/b.js'),
      'src/sinks/a.ts imports src/config/b.ts',
    ],
    [
      'a room uses the composition',
      'observe/a.ts',
      importing('../sidecar.js'),
      'src/observe/a.ts imports src/sidecar.ts',
    ],
    ['somebody uses the entry', 'sidecar.ts', importing('./main.js'), 'src/sidecar.ts imports src/main.ts'],
    [
      'dev uses the program that main hands it',
      'dev/a.ts',
      importing('../program.js'),
      'src/dev/a.ts imports src/program.ts',
    ],
    ['the program uses dev', 'program.ts', importing('./dev/b.js'), 'src/program.ts imports src/dev/b.ts'],
    ['the model uses a room', 'model.ts', importing('./streams/b.js'), 'src/model.ts imports src/streams/b.ts'],
    [
      'only types are taken, of a room other than config',
      'streams/a.ts',
      "import type { X } from '../sinks/b.js';\n",
      'src/sinks/b.ts',
    ],
    [
      'an import has several lines',
      'streams/a.ts',
      "import {\n  x,\n  type Y,\n} from '../sinks/b.js';\n",
      'src/sinks/b.ts',
    ],
    ['an import is for its effect', 'streams/a.ts', "import '../sinks/b.js';\n", 'src/sinks/b.ts'],
    ['it is a re-export', 'streams/a.ts', "export * from '../sinks/b.js';\n", 'src/sinks/b.ts'],
    ['an import is dynamic', 'streams/a.ts', "const b = await import('../sinks/b.js');\n", 'src/sinks/b.ts'],
    [
      'a comment stands before it',
      'streams/a.ts',
      "// first\n/* x */\nimport { x } from '../sinks/b.js'; // last\n",
      'src/sinks/b.ts',
    ],
    [
      'a room is unknown',
      'helpers/a.ts',
      importing('../model.js'),
      'src/helpers/a.ts is in a room that scripts/check-arrows.mjs does not know',
    ],
  ])('where %s', (_, file, text, sentence) => {
    const wrong = tree({ [file]: text });
    expect(wrong).toHaveLength(1);
    expect(wrong[0]).toContain(sentence);
  });

  test.each([
    ['reads a property', 'const x = process.env;\n'],
    ['hands it on', 'start(process);\n'],
    ['spreads it', 'const all = { ...process };\n'],
    ['goes by globalThis', 'const x = globalThis.process;\n'],
    ['imports it', "import { env } from 'node:process';\n"],
    ['imports it without the scheme', "import process from 'process';\n"],
    ['uses it in a template', 'const x = `$' + '{process.pid}`;\n'],
    ['uses it after an address in a text', "const a = 'http://x'; process.exit(1);\n"],
  ])('where a file other than main.ts %s', (_, text) => {
    expect(tree({ 'observe/a.ts': text })).toEqual([
      'src/observe/a.ts touches the global process: only src/main.ts may, what is needed is passed in.',
    ]);
  });

  test('where imports go in a circle, which is told once', () => {
    const wrong = tree({
      'operators/a.ts': importing('./b.js'),
      'operators/b.ts': importing('./c.js'),
      'operators/c.ts': importing('./a.js'),
      'operators/d.ts': importing('./a.js'),
    });
    expect(wrong).toEqual([
      'Imports in a circle: src/operators/a.ts → src/operators/b.ts → src/operators/c.ts → src/operators/a.ts.',
    ]);
  });
});

describe('the command', () => {
  const script = new URL('../../../scripts/check-arrows.mjs', import.meta.url).pathname;
  const run = () => spawnSync(process.execPath, [script, src], { encoding: 'utf8' });

  test('ends with 0 and says nothing where they hold', () => {
    tree({ 'streams/a.ts': '' });
    expect(run()).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });

  test('ends with 1 and says what is wrong', () => {
    tree({ 'streams/a.ts': importing('../sinks/b.js') });
    expect(run()).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('src/streams/a.ts imports src/sinks/b.ts'),
    });
  });

  test('ends with 1 where there is no source', () => {
    expect(spawnSync(process.execPath, [script, join(src, 'none')])).toMatchObject({ status: 1 });
  });
});
