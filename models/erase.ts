import { decode, encode } from '../core/codec.ts'
import type { AnyTask, Task } from './task.ts'

/** Closes a typed task over bytes: states are decoded on the way in and encoded on the way out, so only canonical bytes travel. */
export const erase = <P, S, L>(task: Task<P, S, L>): AnyTask => ({
  name: task.name,
  audience: task.audience,
  disclosure: task.disclosure,
  checkParams: (params) => void decode(task.params, params),
  cells: (params) => task.cells(decode(task.params, params)),
  cuts: (params) => task.cuts(decode(task.params, params)),
  init: (params, context) => encode(task.state, task.init(decode(task.params, params), context)),
  layout: (state, contributors) => task.layout(decode(task.state, state), contributors),
  async contribute({ state, local, ...rest }) {
    const out = await task.contribute({ ...rest, state: decode(task.state, state), local: local && decode(task.local, local) })
    return { vector: out.vector, nextLocal: encode(task.local, out.nextLocal) }
  },
  advance: (state, sums) => encode(task.state, task.advance(decode(task.state, state), sums)),
  done: (state) => task.done(decode(task.state, state)),
})
