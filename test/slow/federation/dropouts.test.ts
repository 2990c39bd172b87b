// Who may vanish when, for every size of custody that is supported and both forms of co-signing.
import { dropoutTable } from '../../federation/dropout-table.ts'

for (const [m, f] of [
  [4, 1],
  [5, 2],
  [7, 2],
  [7, 3],
  [10, 3],
] as const)
  for (const form of ['full', 'light'] as const) dropoutTable(m, f, form)
