/**
 * The layer rule: imports point one way.
 *
 *     faces (main, preload, server, cli) → app → contract
 *     engine → contract        renderer → contract
 *
 * A layer's own tests obey it too, and may use the fixtures in test/.
 */

/** A layer, and the layers that it may import beside itself. */
const LAYERS = {
  contract: [],
  engine: ['contract'],
  app: ['contract'],
  renderer: ['contract'],
  preload: ['contract'],
  main: ['app', 'contract', 'preload'],
  server: ['app', 'contract'],
  cli: ['app', 'contract', 'server'],
}

const layerRules = Object.entries(LAYERS).map(([layer, allowed]) => ({
  name: `${layer}-imports-${allowed.join('-') || 'nothing'}`,
  comment: `src/${layer} may import ${[layer, ...allowed].join(', ')} and packages.`,
  severity: 'error',
  from: { path: `^src/${layer}/` },
  to: { path: '^(src|tools|test)/', pathNot: `^src/(${[layer, ...allowed].join('|')})/|^test/fixtures/` },
}))

module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'fixtures-are-for-tests',
      severity: 'error',
      from: { path: '^(src|tools)/', pathNot: '\\.test\\.ts$|/testing/' },
      to: { path: '^test/' },
    },
    {
      name: 'contract-is-schemas',
      comment: 'Everybody imports the contract, the page too: it needs zod and nothing else.',
      severity: 'error',
      from: { path: '^src/contract/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev'], pathNot: 'node_modules/zod/' },
    },
    {
      name: 'renderer-is-a-page',
      comment: 'A browser has none of Node’s modules.',
      severity: 'error',
      from: { path: '^src/renderer/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'electron-stays-in-its-face',
      comment: 'All else runs without Electron.',
      severity: 'error',
      from: { path: '^(src|tools)/', pathNot: '^src/(main|preload)/' },
      to: { path: 'node_modules/electron/' },
    },
    {
      name: 'preload-is-sandboxed',
      comment: 'A sandboxed preload has Electron’s few modules, and bundled code.',
      severity: 'error',
      from: { path: '^src/preload/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'numbers-stay-in-the-engine',
      comment: 'Only the engine process loads native code.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/engine/|\\.test\\.ts$' },
      to: { path: 'node_modules/(sharp|@tensorflow)/' },
    },
    {
      name: 'no-cycle',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-missing-file',
      comment: 'An import that resolves to nothing.',
      severity: 'error',
      from: { path: '^(src|test)/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'no-dev-dependency-in-the-product',
      comment: 'npm leaves devDependencies out where the product is installed. What Vite bundles may be one.',
      severity: 'error',
      from: { path: '^src/(contract|app|engine|server|cli)/', pathNot: '\\.test\\.ts$|/testing/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.svelte'],
      exportsFields: ['exports'],
      conditionNames: ['svelte', 'import', 'node', 'default'],
    },
  },
}
