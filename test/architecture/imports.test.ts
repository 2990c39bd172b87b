// What may import what is part of the privacy argument: the coordinator cannot read claims that it never loads.
import { describe, expect, test } from 'vitest'
import { exists, findCycle, graph, type Import, importsOf, reachable } from './graph.ts'

const imports = graph()
const folderOf = (path: string): string => path.split('/')[0] as string
const line = (i: Import): string => `${i.from} -> ${i.to} (${i.kind})`

/** The table of the architecture. Folders that are not named here (simulations, cli, bench, test, scripts) may import all of these. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  core: [],
  proto: ['core'],
  models: ['core'],
  claims: ['core'],
  privacy: ['core'],
  coordinator: ['core', 'proto', 'models', 'privacy'],
  client: ['core', 'proto', 'models', 'privacy', 'claims'],
}
/** Tools and experiments: nothing that runs in a hospital or at the regulator stands on them. */
const ON_TOP = ['simulations', 'cli', 'bench', 'test', 'scripts', 'console']

describe.each(Object.entries(MAY))('%s', (folder, allowed) => {
  test(`imports ${allowed.length > 0 ? `only ${allowed.join(', ')}` : 'nothing of ours'}`, () => {
    const wrong = imports.filter((i) => i.ours && folderOf(i.from) === folder && ![folder, ...allowed].includes(folderOf(i.to)))
    expect(wrong.map(line)).toEqual([])
  })
})

test('nothing imports a test', () => {
  expect(imports.filter((i) => i.ours && folderOf(i.to) === 'test' && folderOf(i.from) !== 'test').map(line)).toEqual([])
})

test('every folder of the tree is in the table or on top of it', () => {
  const folders = new Set(
    imports
      .map((i) => i.from)
      .filter((path) => path.includes('/'))
      .map(folderOf),
  )
  expect([...folders].filter((folder) => !(folder in MAY) && !ON_TOP.includes(folder))).toEqual([])
})

describe('the coordinator', () => {
  const loaded = reachable(imports, (path) => folderOf(path) === 'coordinator')
  const trailsTo = (wrong: (path: string) => boolean): readonly string[] => [...loaded].filter(([path]) => wrong(path)).map(([, trail]) => trail.join(' -> '))
  test.each([
    ['claims', (p: string) => folderOf(p) === 'claims'],
    ['the client', (p: string) => folderOf(p) === 'client'],
    ['how a contribution is made', (p: string) => p.startsWith('privacy/contributor')],
    ['how shares are kept', (p: string) => p.startsWith('privacy/custodian')],
    ['a learning engine', (p: string) => p.startsWith('@tensorflow/')],
    ['a database of claims', (p: string) => p === '@duckdb/node-api' || p === 'pg'],
  ] as const)('never loads %s', (_, wrong) => {
    expect(loaded.size).toBeGreaterThan(5)
    expect(trailsTo(wrong)).toEqual([])
  })
  test('does not name them in a dynamic import or a type either', () => {
    const wrong = imports.filter(
      (i) => folderOf(i.from) === 'coordinator' && /^(claims|client|privacy\/contributor|privacy\/custodian)\b|^@tensorflow|^@duckdb/.test(i.to),
    )
    expect(wrong.map(line)).toEqual([])
  })
})

test('the client never loads the coordinator', () => {
  const loaded = reachable(imports, (path) => folderOf(path) === 'client')
  expect(loaded.size).toBeGreaterThan(5)
  expect([...loaded].filter(([path]) => folderOf(path) === 'coordinator').map(([, trail]) => trail.join(' -> '))).toEqual([])
})

test('the first face of privacy loads neither contributor nor custodian', () => {
  const loaded = reachable(imports, (path) => path === 'privacy/index.ts')
  expect([...loaded].filter(([path]) => /^privacy\/(contributor|custodian)\//.test(path)).map(([, trail]) => trail.join(' -> '))).toEqual([])
})

/** Packages that one room alone may touch, in any way of importing. */
const OWNERS: Readonly<Record<string, readonly string[]>> = {
  'node-seal': ['privacy/seal/'],
  '@duckdb/node-api': ['claims/'],
  '@grpc/grpc-js': ['proto/'],
  '@grpc/proto-loader': ['proto/'],
  'grpc-health-check': ['proto/'],
  piscina: ['core/work/'],
  'node:sqlite': ['core/store/'],
  yargs: ['cli/'],
}
describe.each(Object.entries(OWNERS))('%s', (name, owners) => {
  test(`is imported only in ${owners.join(', ')}`, () => {
    const wrong = imports.filter((i) => i.to === name && !owners.some((owner) => i.from.startsWith(owner)) && !ON_TOP.slice(2).includes(folderOf(i.from)))
    expect(wrong.map(line)).toEqual([])
  })
})

test('a learning engine is loaded only by models/, and only by import()', () => {
  const engines = imports.filter((i) => i.to.startsWith('@tensorflow/'))
  const wrong = engines.filter(
    (i) => i.kind === 'static' || (folderOf(i.from) !== 'models' && i.kind !== 'type' && !['bench', 'test'].includes(folderOf(i.from))),
  )
  expect(wrong.map(line)).toEqual([])
})

test('every import of ours names a file that is there', () => {
  const missing = imports.filter((i) => i.ours && !i.to.startsWith('proto/gen/') && !exists(i.to))
  expect(missing.map(line)).toEqual([])
})

test('no imports go in a circle', () => {
  expect(findCycle(imports)).toBeNull()
})

describe('public faces', () => {
  const FACES = ['proto', 'models', 'claims', 'privacy', 'privacy/contributor', 'privacy/custodian', 'privacy/seal', 'coordinator', 'client', 'simulations']
  test.each(FACES)('%s has an index.ts', (folder) => expect(exists(`${folder}/index.ts`)).toBe(true))

  /** Rooms within a room: who is outside enters by the door. */
  const INNER = ['privacy/contributor', 'privacy/custodian', 'privacy/seal']
  test.each(INNER)('%s is entered from outside only by its index.ts', (inner) => {
    const wrong = imports.filter((i) => i.to.startsWith(`${inner}/`) && i.to !== `${inner}/index.ts` && !['privacy', 'test'].includes(folderOf(i.from)))
    expect(wrong.map(line)).toEqual([])
  })

  test('privacy/seal is entered only from privacy', () => {
    const wrong = imports.filter((i) => i.to.startsWith('privacy/seal/') && !['privacy', 'bench', 'test'].includes(folderOf(i.from)))
    expect(wrong.map(line)).toEqual([])
  })
})

describe('the reader of imports', () => {
  const of = (code: string): readonly string[] => importsOf('a/b.ts', code).map((i) => `${i.kind} ${i.to}`)
  test.each([
    ["import x from './c.ts'", ['static a/c.ts']],
    ["import '../d/e.ts'", ['static d/e.ts']],
    ["import type { X } from './c.ts'", ['type a/c.ts']],
    // Erased only as a whole: the statement stays when its names go.
    ["import { type X } from './c.ts'", ['static a/c.ts']],
    ["export { x } from './c.ts'", ['static a/c.ts']],
    ["export * from '@scope/name/deep'", ['static @scope/name']],
    ["export type { X } from 'name/deep'", ['type name']],
    ["const f = async () => (await import('./c.ts')).x", ['dynamic a/c.ts']],
    ["let x: import('./c.ts').X", ['type a/c.ts']],
    ["// import './c.ts'\nconst s = `import './d.ts'`", []],
  ] as const)('sees through %s', (code, expected) => expect(of(code)).toEqual(expected))

  const edge = (from: string, to: string, kind: Import['kind'] = 'static'): Import => ({ from, to, ours: true, kind })
  test('finds a circle, and not one that types or import() close', () => {
    expect(findCycle([edge('a', 'b'), edge('b', 'c'), edge('c', 'b')])).toEqual(['b', 'c', 'b'])
    expect(findCycle([edge('a', 'b'), edge('b', 'a', 'type'), edge('b', 'a', 'dynamic')])).toBeNull()
  })
  test('follows static imports as far as they go', () => {
    const found = reachable([edge('a', 'b'), edge('b', 'c'), edge('c', 'd', 'dynamic'), edge('x', 'y')], (path) => path === 'a')
    expect([...found.keys()]).toEqual(['a', 'b', 'c'])
    expect(found.get('c')).toEqual(['a', 'b', 'c'])
  })
})
