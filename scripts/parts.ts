// The static parts of the gates: what can be seen without running a test.
import { existsSync } from 'node:fs'
import { type Part, root } from './run.ts'

const GENERATORS = { 'proto types': 'scripts/generate-proto.ts', docs: 'scripts/generate-docs.ts', attacks: 'test/security/write-table.ts' } as const

/** Programs that write the tree's generated files, or only compare them with what they would write. */
export const generators = (mode: 'write' | 'check'): readonly Part[] =>
  Object.entries(GENERATORS)
    .filter(([, file]) => existsSync(root + file))
    .map(([name, file]) => ({ name, program: 'node', args: mode === 'check' ? [file, '--check'] : [file] }))

export const staticParts = (): readonly Part[] => [
  { name: 'biome', program: 'biome', args: ['check', '.'] },
  { name: 'types', program: 'tsc', args: ['-p', '.'] },
  ...generators('check'),
]
