// Who imports whom, read off the syntax tree of every TypeScript file of the tree.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAst } from 'vitest/node'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Import {
  readonly from: string
  /** A file of ours, relative to the root, or a package's name. */
  readonly to: string
  readonly ours: boolean
  /** `type` is gone when the file runs; `dynamic` happens when its line is reached. */
  readonly kind: 'static' | 'type' | 'dynamic'
}

const NOT_OURS = ['node_modules', 'dist', 'proto/gen', 'coverage']
const excluded = (path: string): boolean =>
  NOT_OURS.some((folder) => path === folder || path.startsWith(`${folder}/`)) || path.split('/').at(-1)?.startsWith('.') === true

/** All files of one ending, relative to the root, with / on every system. */
export const filesEnding = (...endings: readonly string[]): readonly string[] =>
  globSync('**/*', { cwd: root, exclude: (path) => excluded(path.replaceAll('\\', '/')) })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .sort()

export const read = (path: string): string => readFileSync(join(root, path), 'utf8')

interface Node {
  readonly type: string
  readonly source?: { readonly value?: unknown } | null
  readonly importKind?: string
  readonly exportKind?: string
}

/** Imports of one file's text. An unusual form (`import()` of anything but a literal) is left out: it names no file. */
export function importsOf(from: string, code: string): readonly Import[] {
  const found: Import[] = []
  const add = (node: Node, kind: Import['kind']): void => {
    const source = node.source?.value
    if (typeof source === 'string') found.push({ from, kind, ...resolve(from, source) })
  }
  visit(parseAst(code, { lang: 'ts' }) as unknown as Node, (node) => {
    if (node.type === 'ImportDeclaration') add(node, node.importKind === 'type' ? 'type' : 'static')
    else if (node.type === 'ExportNamedDeclaration' || node.type === 'ExportAllDeclaration') add(node, node.exportKind === 'type' ? 'type' : 'static')
    else if (node.type === 'ImportExpression') add(node, 'dynamic')
    else if (node.type === 'TSImportType') add(node, 'type')
  })
  return found
}

function visit(node: unknown, see: (node: Node) => void): void {
  if (Array.isArray(node)) for (const child of node) visit(child, see)
  else if (typeof node === 'object' && node !== null) {
    if ('type' in node && typeof node.type === 'string') see(node as Node)
    for (const child of Object.values(node)) visit(child, see)
  }
}

function resolve(from: string, source: string): { to: string; ours: boolean } {
  if (source.startsWith('.')) return { to: normalize(join(dirname(from), source)).replaceAll('\\', '/'), ours: true }
  const parts = source.split('/')
  return { to: source.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] as string), ours: false }
}

export const graph = (): readonly Import[] => filesEnding('.ts').flatMap((path) => importsOf(path, read(path)))

/** Every file and package that loading `start` loads, with the path that leads there. Static imports only. */
export function reachable(imports: readonly Import[], start: (path: string) => boolean): ReadonlyMap<string, readonly string[]> {
  const next = Map.groupBy(
    imports.filter((i) => i.kind === 'static'),
    (i) => i.from,
  )
  const trails = new Map<string, readonly string[]>()
  const queue = [...new Set(imports.map((i) => i.from))].filter(start)
  for (const path of queue) trails.set(path, [path])
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    for (const { to } of next.get(path) ?? []) {
      if (trails.has(to)) continue
      trails.set(to, [...(trails.get(path) as readonly string[]), to])
      queue.push(to)
    }
  }
  return trails
}

/** One cycle of imports that exist when the program runs, or null. */
export function findCycle(imports: readonly Import[]): readonly string[] | null {
  const next = Map.groupBy(
    imports.filter((i) => i.kind === 'static' && i.ours),
    (i) => i.from,
  )
  const done = new Set<string>()
  const walk = (path: string, trail: readonly string[]): readonly string[] | null => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path]
    if (done.has(path)) return null
    for (const { to } of next.get(path) ?? []) {
      const cycle = walk(to, [...trail, path])
      if (cycle) return cycle
    }
    done.add(path)
    return null
  }
  for (const path of next.keys()) {
    const cycle = walk(path, [])
    if (cycle) return cycle
  }
  return null
}

export const exists = (path: string): boolean => existsSync(join(root, path))
