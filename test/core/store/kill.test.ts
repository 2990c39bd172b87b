import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { expectNothingLost, writeUntilKilled } from './kill.ts'

test('kill -9 in the middle of appends and blob writes loses nothing that was acknowledged', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'consilium-kill-'))
  try {
    let before = 0
    // The same store each time: every round also goes on from what the last left.
    for (const lines of [1, 2, 30, 121]) {
      const said = await writeUntilKilled(folder, lines)
      expect(said.journal).toBeGreaterThan(before)
      await expectNothingLost(folder, said)
      before = said.journal
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
