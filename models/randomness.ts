// randomness: step 0 of a job that draws. No lanes of its own; the draw is made from the opened sum of keys (secure-sum.md, Common randomness).
import { bool, encode, struct } from '../core/codec.ts'
import { noCuts } from './cells.ts'
import { fitBits } from './fit-lanes.ts'
import { nothing } from './nothing.ts'
import type { Task } from './task.ts'

const params = struct({})
const state = struct({ opened: bool })
export const randomnessParams = (): Uint8Array => encode(params, {})

export const randomness: Task<Record<never, never>, { readonly opened: boolean }> = {
  name: 'randomness',
  audience: 'members',
  disclosure: 'statistic',
  params,
  state,
  local: nothing,
  cells: () => null,
  cuts: noCuts,
  init: () => ({ opened: false }),
  layout: (_, contributors) => fitBits(contributors, 1, 20, 20, []),
  contribute: async () => ({ vector: new Float64Array(0), nextLocal: null }),
  advance: () => ({ opened: true }),
  done: ({ opened }) => opened,
}
