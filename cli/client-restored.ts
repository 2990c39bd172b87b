// consilium client restored: after a backup came back, or where somebody fears for this site's keys.
import { join } from 'node:path'
import { giveUpAfterRestore } from '../client/restored.ts'
import { systemClock } from '../core/clock.ts'
import { openKeystore, readPassphrase } from '../core/keystore.ts'
import { holdFolder } from '../core/store/held.ts'
import { openSqliteStore } from '../core/store/sqlite.ts'
import { readSite } from './client-site.ts'

export interface RestoredArguments {
  config: string
}

export async function runRestored(args: RestoredArguments): Promise<void> {
  const site = readSite(args.config)
  using _held = holdFolder(site.data)
  using keystore = openKeystore(join(site.data, 'keys.json'), readPassphrase({ file: site.path(site.config.passphraseFile) }))
  await using store = openSqliteStore(site.data)
  const { epoch, keys } = await giveUpAfterRestore(store, keystore, systemClock.now())
  process.stdout.write(`${wordsOf(site.config.hospital, epoch, keys)}\n`)
}

const wordsOf = (hospital: string, epoch: number, keys: number): string => `${hospital} gives up key epoch ${epoch} and all before it.
- ${keys} sealing key${keys === 1 ? ' is' : 's are'} deleted: shares of these epochs are not opened here any more.
- As a custodian it signs, answers and co-signs nothing of these epochs, whatever its log says: what it said after the backup was made is forgotten here.
- Its budget of differential privacy counts as spent until an operator renews it.
- At its next start the daemon tells the coordinator, which gathers the keys of the next epoch. Until then the other custodians go on without it.
- Membership, models and scores stay as they are. Start the daemon again: consilium client start`
