// Writes proto/gen/ from proto/consilium/v1/*.proto. With --check nothing is written: exit code 1 where the committed types are not current.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PROTO = join(import.meta.dirname, '../proto')
const GENERATED = join(PROTO, 'gen')
const GENERATOR = join(import.meta.dirname, '../node_modules/@grpc/proto-loader/build/bin/proto-loader-gen-types.js')
/** The same choices as in proto/transport/definitions.ts, which reads the .proto files at run time. */
const OPTIONS = ['--longs=Number', '--enums=String', '--defaults', '--oneofs', '--includeComments', '--grpcLib=@grpc/grpc-js', '--importFileExtension=.ts']

function filesUnder(folder: string): Map<string, string> {
  const files = new Map<string, string>()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name)
      files.set(path.slice(folder.length + 1), readFileSync(path, 'utf8'))
    }
  return files
}

function generateInto(folder: string): void {
  const sources = readdirSync(join(PROTO, 'consilium/v1')).map((name) => `consilium/v1/${name}`)
  // Relative to the project: the generator writes the path it was given into each file.
  execFileSync(process.execPath, [GENERATOR, ...OPTIONS, '-I', 'proto', '-O', folder, ...sources.sort()], {
    cwd: join(PROTO, '..'),
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

/** Names of generated files that are missing, differ, or have no source any more. */
export function staleFiles(fresh: ReadonlyMap<string, string>, committed: ReadonlyMap<string, string>): readonly string[] {
  return [...new Set([...fresh.keys(), ...committed.keys()])].filter((name) => fresh.get(name) !== committed.get(name)).sort()
}

function main(check: boolean): number {
  const folder = mkdtempSync(join(tmpdir(), 'consilium-proto-'))
  try {
    generateInto(folder)
    if (check) {
      const stale = staleFiles(filesUnder(folder), filesUnder(GENERATED))
      for (const name of stale) console.error(`proto/gen/${name} is not current: run node scripts/generate-proto.ts`)
      return stale.length === 0 ? 0 : 1
    }
    rmSync(GENERATED, { recursive: true, force: true })
    cpSync(folder, GENERATED, { recursive: true })
    return 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (import.meta.main) process.exitCode = main(process.argv.includes('--check'))
