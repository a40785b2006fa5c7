// `node scripts/check-arrows.mjs [SRC]`: fails when an import in src/ goes against the arrows of the design.
//
//     main → sidecar → { streams, operators, sinks, observe } → { model, types of config }
//
// streams and sinks may use operators and kubernetes, never each other; only main.ts touches the global `process`;
// no imports in a circle.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A room is a folder of src, or a file right below it. Every room may use itself and `leaves`. */
const leaves = [
  'errno-of',
  'escape-harmful',
  'leadership',
  'model',
  'request',
  'retry-after',
  'selectors',
  'unwritten-paths',
  'userinfo',
  'version',
];
const arrows = {
  main: {
    values: [
      'program',
      'dev',
      'sidecar',
      'streams',
      'operators',
      'sinks',
      'observe',
      'kubernetes',
      'config',
      'testing',
    ],
  },
  /** Runs the program that main gives it, on a Kubernetes API of its own: not in the container's bundle. */
  dev: { values: ['streams', 'operators', 'config', 'testing'], types: ['program'] },
  /** What main runs, without the process: as free in its choice, and testable. */
  program: {
    values: ['collector', 'sidecar', 'streams', 'operators', 'sinks', 'http', 'observe', 'kubernetes', 'config'],
  },
  /** Turns a configuration into the parts of one sidecar. */
  collector: { values: ['sidecar', 'streams', 'operators', 'sinks', 'http', 'observe', 'kubernetes', 'config'] },
  index: { values: ['sidecar', 'streams', 'operators', 'sinks', 'http', 'observe', 'kubernetes', 'config'] },
  sidecar: { values: ['streams', 'operators', 'sinks', 'observe'], types: ['config', 'kubernetes'] },
  streams: { values: ['operators', 'kubernetes'], types: ['config'] },
  sinks: { values: ['operators', 'kubernetes', 'http'], types: ['config'] },
  /** A connection of ours to anybody but the Kubernetes API: proxies, trust, credentials, where it may go. */
  http: { values: [] },
  operators: { values: [], types: ['config'] },
  observe: { values: [], types: ['config'] },
  kubernetes: { values: [], types: ['config'] },
  config: { values: [] },
  testing: { values: ['kubernetes', 'operators'] },
  'errno-of': { values: [] },
  'escape-harmful': { values: [] },
  /** Who of several replicas may act. */
  leadership: { values: [] },
  model: { values: [] },
  /** How a request is configured: who reads the configuration and who sends it mean the same by it. */
  request: { values: [] },
  'retry-after': { values: [] },
  /** What selects: labels, fields, names. Who configures, who asks the server, and who decides here, mean the same by it. */
  selectors: { values: [] },
  'unwritten-paths': { values: [] },
  userinfo: { values: [] },
  version: { values: [] },
};

/** Everything that is wrong below `src`, one sentence each; none means that the arrows hold. */
export function checkArrows(src) {
  const files = globSync('**/*.ts', { cwd: src }).sort();
  const imports = new Map(files.map((file) => [file, importsOf(file, src)]));
  return [
    ...files.filter((file) => !arrows[roomOf(file)]).map(unknownRoom),
    ...files.flatMap((file) => imports.get(file).flatMap((one) => wrongArrow(file, one))),
    ...files.filter((file) => file !== 'main.ts').flatMap((file) => usesProcess(file, src)),
    ...circles(imports),
  ];
}

function unknownRoom(file) {
  return `src/${file} is in a room that scripts/check-arrows.mjs does not know: add ${roomOf(file)} to its table.`;
}

function wrongArrow(file, { target, typeOnly }) {
  const [from, to] = [roomOf(file), roomOf(target)];
  const allowed = arrows[from];
  if (!allowed) return [];
  if (from === to || leaves.includes(to) || allowed.values.includes(to)) return [];
  if (typeOnly && allowed.types?.includes(to)) return [];
  const may = [...allowed.values, ...leaves, ...(allowed.types ?? []).map((room) => `types of ${room}`)];
  return [`src/${file} imports src/${target}: ${from} may use ${may.join(', ')}.`];
}

/** Relative imports and re-exports. They begin a line, as the formatter leaves them; a dynamic one stands anywhere. */
function importsOf(file, src) {
  const text = withoutComments(readFileSync(join(src, file), 'utf8'));
  const found = [];
  for (const [, type, name] of text.matchAll(
    /^(?:import|export)\b(\s+type\b)?(?:[^;'"]*?\bfrom)?\s*['"](\.[^'"]*)['"]/gm,
  )) {
    found.push({ name, typeOnly: type !== undefined });
  }
  for (const [, name] of text.matchAll(/\bimport\(\s*['"](\.[^'"]*)['"]/g)) found.push({ name, typeOnly: false });
  return found.map(({ name, typeOnly }) => ({
    target: normalize(join(dirname(file), name)).replace(/\.js$/, '.ts'),
    typeOnly,
  }));
}

function usesProcess(file, src) {
  const text = withoutComments(readFileSync(join(src, file), 'utf8'));
  const imported = /\b(?:from|import)[\s(]*['"](?:node:)?process['"]/.test(text);
  // Neither `x.process`, nor a key, nor a word in a text; but what a template computes is code.
  const code = text.replace(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, "''").replace(/`(?:\\.|[^`\\])*`/g, computedOf);
  const used = /(?<![\w$-]|(?<!\.\.)\.)process(?![\w$-]|\??:)|\bglobalThis\??\.process\b/.test(code);
  return imported || used
    ? [`src/${file} touches the global process: only src/main.ts may, what is needed is passed in.`]
    : [];
}

function computedOf(template) {
  return [...template.matchAll(/\$\{([^}]*)\}/g)].map(([, code]) => code).join(' ');
}

/** Each circle once, from its first file on. */
function circles(imports) {
  const found = new Map();
  const done = new Set();
  const visit = (file, path) => {
    const at = path.indexOf(file);
    if (at >= 0) {
      const circle = path.slice(at);
      found.set([...circle].sort().join(), [...circle, file]);
      return;
    }
    if (done.has(file)) return;
    for (const { target } of imports.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  return [...found.values()].map(
    (circle) => `Imports in a circle: ${circle.map((file) => `src/${file}`).join(' → ')}.`,
  );
}

/** `streams` for streams/watch.ts, `model` for model.ts. */
function roomOf(file) {
  return file.split(/[\\/]/)[0].replace(/\.ts$/, '');
}

/** Line ends stay, so that what begins a line goes on doing so. */
function withoutComments(text) {
  const tokens = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
  return text.replace(tokens, (token) => (/^\/[/*]/.test(token) ? token.replace(/[^\n]/g, '') : token));
}

if (import.meta.main) {
  const src = process.argv[2] ?? join(dirname(dirname(fileURLToPath(import.meta.url))), 'src');
  const wrong = existsSync(src) ? checkArrows(src) : [`Expected ${relative('.', src)} to exist.`];
  for (const sentence of wrong) process.stderr.write(`${sentence}\n`);
  process.exitCode = wrong.length > 0 ? 1 : 0;
}
