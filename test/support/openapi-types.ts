import { registerHooks } from 'node:module';

/** A module that exports a TypeScript compiler with a JavaScript API. */
const COMPILER = `data:text/javascript,${encodeURIComponent(
  `import { createRequire } from 'node:module';
   export default createRequire('${import.meta.url}')('@ts-morph/common').ts;`,
)}`;

export async function generateTypes(description: URL): Promise<string> {
  // The native TypeScript of the project has no JavaScript API.
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'typescript' && context.parentURL?.includes('/openapi-typescript/')
        ? { url: COMPILER, shortCircuit: true }
        : next(specifier, context),
  });
  try {
    const { default: generate, astToString } = await import('openapi-typescript');
    return astToString(await generate(description));
  } finally {
    hooks.deregister();
  }
}
