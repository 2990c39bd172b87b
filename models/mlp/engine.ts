// The tensor engine, loaded on first use and never before: tfjs-node where it is installed and loads, else WebAssembly.
import { createRequire } from 'node:module'
import { dirname, sep } from 'node:path'
import util from 'node:util'
import type * as Tfjs from '@tensorflow/tfjs'
import { refuse } from '../../core/errors.ts'

export interface Engine {
  readonly tf: typeof Tfjs
  /** For people: package, version, backend. */
  readonly name: string
}

let loading: Promise<Engine> | null = null
/** One engine a thread. @throws INTERNAL where neither loads. */
export const loadEngine = (): Promise<Engine> => {
  loading ??= loadNative().then((native) => native ?? loadWasm())
  return loading
}
export const engineName = async (): Promise<string> => (await loadEngine()).name

async function loadNative(): Promise<Engine | null> {
  // tfjs-node 4.22 calls it; Node 23 removed it.
  Object.assign(util, { isNullOrUndefined: (value: unknown) => value === null || value === undefined })
  try {
    // An optional dependency without types here when it is absent: hence the variable.
    const name: string = '@tensorflow/tfjs-node'
    const tf = exportsOf(await import(name))
    await tf.ready()
    return tf.getBackend() === 'tensorflow' ? { tf, name: `tfjs-node ${tf.version_core}` } : null
  } catch {
    return null
  }
}

async function loadWasm(): Promise<Engine> {
  const tf = exportsOf(await import('@tensorflow/tfjs'))
  const wasm = await import('@tensorflow/tfjs-backend-wasm')
  const require = createRequire(import.meta.url)
  wasm.setWasmPaths(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + sep)
  if (!(await tf.setBackend('wasm'))) throw refuse('INTERNAL', 'neither tfjs-node nor the WebAssembly backend of tfjs loads')
  await tf.ready()
  return { tf, name: `tfjs-wasm ${tf.version_core}` }
}

/** Exports of a CommonJS package: whole on `default`, on the module itself only those that Node's guess found. */
const exportsOf = (module: object): typeof Tfjs => ('default' in module ? module.default : module) as typeof Tfjs
