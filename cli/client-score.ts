// consilium client score: scores a folder of claims with the model this site holds. Nothing leaves; no connection is made.
import { writeFileSync } from 'node:fs'
import type { CommandModule } from 'yargs'
import { extractTable, featureSetByName, openDatabase } from '../claims/index.ts'
import { latestModel, scoreLines } from '../client/scoring.ts'
import { importSource } from '../client/site-data.ts'
import { createLog } from '../core/log.ts'
import { configOption, openSite, readJournal, readSite } from './client-site.ts'

interface Arguments {
  config: string
  stage: string | undefined
  input: string | undefined
  boundary: string
  out: string | undefined
}

export const clientScoreCommand: CommandModule<object, Arguments> = {
  command: 'score',
  describe: 'score claims with the newest model this site holds: CSV id,logit,probability',
  builder: (yargs) =>
    yargs
      .option('config', configOption)
      .option('stage', { type: 'string', describe: 'stage of the job whose model is used (default: the last published one)' })
      .option('input', { type: 'string', describe: "folder of canonical CSV files (default: the configuration's source)" })
      .option('boundary', { type: 'string', default: '2999-12', describe: 'nothing settled after this day or month is seen' })
      .option('out', { type: 'string', describe: 'file to write (default: standard output)' })
      .example('$0 client score --config hospital.yaml --input ./today --out scores.csv', 'nothing leaves the site'),
  async handler(args) {
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
  },
}
