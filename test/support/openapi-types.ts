import { registerHooks } from 'node:module';

/** A module whose default is the compiler of TypeScript that still has an interface for JavaScript. */
const COMPILER = `data:text/javascript,${encodeURIComponent(
  `import { createRequire } from 'node:module';
   export default createRequire('${import.meta.url}')('@ts-morph/common').ts;`,
)}`;

/** The types of an API, as openapi-typescript makes them from its description. */
export async function generateTypes(description: URL): Promise<string> {
  // The project's own TypeScript is native, and has none.
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
