// consilium client score: scores a folder of claims with the model this site holds. Nothing leaves; no connection is made.
import { writeFileSync } from 'node:fs'
import { extractTable, featureSetByName, openDatabase } from '../claims/index.ts'
import { latestModel, scoreLines } from '../client/scoring.ts'
import { importSource } from '../client/site-data.ts'
import { createLog } from '../core/log.ts'
import { openSite, readJournal, readSite } from './client-site.ts'

export interface ScoreArguments {
  config: string
  stage: string | undefined
  input: string | undefined
  boundary: string
  out: string | undefined
}

export async function runScore(args: ScoreArguments): Promise<void> {
  const site = readSite(args.config)
  await using store = openSite(site)
  const { state } = await readJournal(store)
  const model = await latestModel(store, state, args.stage)
  await using db = await openDatabase({ path: ':memory:' })
  const source = { ...site.config.source, path: args.input ?? site.path(site.config.source.path) }
  const report = await importSource(db, source, createLog({ name: site.config.hospital, level: 'warn' }))
  const table = await extractTable(db, featureSetByName(site.config.featureSet), { boundary: args.boundary, rows: 'all' })
  const text = scoreLines(model.model, table)
  if (args.out === undefined) process.stdout.write(text)
  else writeFileSync(args.out, text, { mode: 0o600 })
  process.stderr.write(`${table.rows} rows scored with ${model.stage} of job ${model.job.slice(0, 12)}; ${report.refused} rows refused\n`)
}
