// Sources are honest ESM; inside jest they are turned to CommonJS by swc, which needs no
// Node flag and does not leak (docs/decisions/0002-tooling.md).
const swc = [
  '@swc/jest',
  {
    jsc: {
      parser: { syntax: 'typescript', tsx: true },
      target: 'es2023',
      transform: { react: { runtime: 'automatic', importSource: 'preact' } },
    },
    module: { type: 'commonjs' },
  },
]

export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts', '**/*.test.tsx'],
  transform: { '\\.[cm]?[tj]sx?$': swc },
  transformIgnorePatterns: [
    '/node_modules/(?!(d3-[a-z]+|internmap|preact|@preact|commander|pbf|@opentelemetry)/)',
  ],
  moduleFileExtensions: ['ts', 'tsx', 'mjs', 'js', 'json'],
  testTimeout: 60_000,
  maxWorkers: 2,
  reporters: ['default', '<rootDir>/test/support/closing-line.mjs'],
}
