// `npm run bench`: measures the bundle beside its floors and prints a table; docs/performance.md says how to read it.
// The bench is TypeScript that Node runs as it is. Its imports end in `.js`, as the compiler wants them: here they find the `.ts`.
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    const source = /^\.{1,2}\/.*\.js$/.test(specifier) && specifier.replace(/\.js$/, '.ts');
    try {
      return next(specifier, context);
    } catch (error) {
      if (!source || error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
      return next(source, context);
    }
  },
});

const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2));
