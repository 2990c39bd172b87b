import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { callEntries } from '../../proto/transport/calls.ts'
import { SERVICES, serviceDefinition } from '../../proto/transport/definitions.ts'
import { staleFiles } from '../../scripts/generate-proto.ts'

const ROOT = join(import.meta.dirname, '../..')

test('the generated types are those of the .proto files', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts/generate-proto.ts'), '--check'], { encoding: 'utf8' })
  expect([status, stderr]).toEqual([0, ''])
}, 60_000)

test('a file that differs, is missing or has no source any more is stale', () => {
  const fresh = new Map([
    ['a.ts', '1'],
    ['b.ts', '2'],
    ['c.ts', '3'],
  ])
  expect(staleFiles(fresh, fresh)).toEqual([])
  expect(
    staleFiles(
      fresh,
      new Map([
        ['a.ts', '1'],
        ['b.ts', 'old'],
        ['d.ts', '4'],
      ]),
    ),
  ).toEqual(['b.ts', 'c.ts', 'd.ts'])
})

test('every method of the .proto files is a call of the table, in the same shape, and the other way round', () => {
  const ofProto = SERVICES.flatMap((service) =>
    Object.entries(serviceDefinition(service)).map(
      ([method, { requestStream, responseStream }]) => `${service}/${method} ${requestStream ? 'upload' : responseStream ? 'download' : 'unary'}`,
    ),
  )
  const ofTable = callEntries().map(([, call]) => `${call.service}/${call.method} ${call.shape}`)
  expect(ofTable.sort()).toEqual(ofProto.sort())
})

test('each .proto file says what it is and belongs to the one package', () => {
  const folder = join(ROOT, 'proto/consilium/v1')
  for (const name of readdirSync(folder))
    expect(readFileSync(join(folder, name), 'utf8')).toMatch(/^\/\/ [\s\S]+\nsyntax = "proto3";\npackage consilium\.v1;\n/)
})
