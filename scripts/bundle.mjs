// The container's bundle: one minified CommonJS file that runs without node_modules and starts in little time and memory.
// docs/decisions/0003-bundle.md says why each part is here, with figures from bench/measure-bundle.mjs.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const clientNode = join(root, 'node_modules/@kubernetes/client-node/dist');
const rxjs = join(root, 'node_modules/rxjs/dist/esm');

/**
 * What is replaced by a stub that throws when it is used: `from` is the package that imports it, `import` the name it
 * uses, `exports` all it takes from there. A new version that takes another one fails the build, it does not fail at run time.
 */
const refused = [
  // Its generated API client: 2,742 models, and with them undici. Our requests are our own.
  {
    from: '@kubernetes/client-node',
    import: './gen/index.js',
    exports: ['createConfiguration', 'ServerConfiguration'],
  },
  { from: '@kubernetes/client-node', import: './middleware.js', exports: ['setHeaderMiddleware'] },
  { from: '@kubernetes/client-node', import: 'undici', exports: ['Agent', 'ProxyAgent'] },
  // Authentication by plugins that kubectl dropped in 1.26, and by OpenID Connect: both have exec plugins as successors.
  { from: '@kubernetes/client-node', import: 'jsonpath-plus', exports: ['JSONPath'] },
  {
    from: '@kubernetes/client-node',
    import: 'openid-client',
    exports: ['customFetch', 'discovery', 'refreshTokenGrant'],
  },
  { from: '@kubernetes/client-node', import: 'socks', exports: ['SocksClient'] },
  { from: '@kubernetes/client-node', import: 'socks-proxy-agent', exports: ['SocksProxyAgent'] },
];

/** What is replaced by code that stands in for it. */
const replaced = [
  // Only the version is read from it.
  { from: '@kubernetes/client-node', import: '../package.json', contents: 'export default { version: "2" };' },
];

/** Packages that would undo the work if they came in by another way. */
const unwanted = ['undici', 'openid-client', 'socks', 'ws', 'isomorphic-ws', 'stream-buffers', 'jsonpath-plus'];

/**
 * Not for containers: it stays a file of the npm package, beside the bundle, which loads it when it is asked for, with all that it
 * needs (a YAML parser, a Kubernetes API).
 */
const besideTheBundle = ['./dev/run-dev.js'];

/** Bundles `entry` into `outfile`; gives the size in bytes and the packages inside. */
export async function bundle({ entry, outfile }) {
  const result = await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node22.19',
    format: 'cjs',
    minify: true,
    legalComments: 'none',
    absWorkingDir: root,
    nodePaths: [join(root, 'node_modules')],
    // A package on RxJS would come as CommonJS otherwise, and bring the CommonJS rxjs with it, a second one.
    mainFields: ['module', 'main'],
    banner: { js: '#!/usr/bin/env node' },
    plugins: [lean],
    metafile: true,
    logLevel: 'silent',
  });
  if (result.warnings.length > 0)
    throw new Error(`Expected no warnings of esbuild, got: ${result.warnings.map(describe).join('; ')}`);
  const packages = new Map();
  const [output] = Object.values(result.metafile.outputs);
  for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
    const name = packageOf(path) ?? 'k8s-sidecar';
    packages.set(name, (packages.get(name) ?? 0) + bytesInOutput);
  }
  const found = unwanted.filter((name) => packages.get(name) > 0);
  if (found.length > 0)
    throw new Error(`Expected ${found.join(', ')} to stay out of ${outfile}: see scripts/bundle.mjs.`);
  return { bytes: output.bytes, packages };
}

const lean = {
  name: 'lean',
  setup({ onResolve, onLoad }) {
    const stubs = new Map([...refused, ...replaced].map((stub) => [`${stub.from} ${stub.import}`, stub]));
    onResolve({ filter: /.*/ }, ({ path, importer }) => {
      if (besideTheBundle.includes(path)) return { path, external: true };
      const from = packageOf(importer);
      const stub = from && stubs.get(`${from} ${path}`);
      if (stub) return { path: `${from} ${path}`, namespace: 'stub', pluginData: stub, sideEffects: false };
      // KubeConfig alone: whatever else somebody imports from it fails the build.
      if (path === '@kubernetes/client-node') return { path: join(clientNode, 'config.js'), sideEffects: false };
      if (from === '@kubernetes/client-node' && path.startsWith('./'))
        return { path: join(dirname(importer), path), sideEffects: false };
      // Under the condition `node` rxjs gives its CommonJS build, of which nothing can be left out.
      if (path === 'rxjs') return { path: join(rxjs, 'index.js'), sideEffects: false };
      if (path === 'rxjs/operators') return { path: join(rxjs, 'operators/index.js'), sideEffects: false };
      return undefined;
    });
    onLoad({ filter: /.*/, namespace: 'stub' }, ({ pluginData: stub }) => ({
      contents: stub.contents ?? refusal(stub),
      loader: 'js',
    }));
  },
};

function refusal({ from, import: name, exports }) {
  const refuse = `const refuse = (what) => function () { throw new Error(what + ${JSON.stringify(` (${name}, used by ${from}) is not part of this bundle.`)}); };`;
  const lines = exports.map((each) =>
    each === 'default' ? `export default refuse("The default export");` : `export const ${each} = refuse("${each}");`,
  );
  return [refuse, ...lines].join('\n');
}

/** `rxjs` for `…/node_modules/rxjs/dist/esm/index.js`; nothing for our own files. */
function packageOf(path) {
  return /.*node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(path)?.[1]?.replace('\\', '/');
}

function describe({ text, location }) {
  return `${location?.file ?? ''}:${location?.line ?? ''} ${text}`;
}
