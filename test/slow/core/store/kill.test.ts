import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'vitest'
import { expectNothingLost, writeUntilKilled } from '../../../core/store/kill.ts'

test('kill -9 after any number of acknowledged writes, 60 times on one store, loses nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'consilium-kill-'))
  try {
    for (let lines = 1; lines <= 60; lines++) await expectNothingLost(folder, await writeUntilKilled(folder, lines))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
