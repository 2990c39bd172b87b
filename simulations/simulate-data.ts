// `consilium simulate data`: a region written to a folder, with its data sheet.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { datasheet, hospitalTable, type RegionOptions, type SimulatedRegion, simulateRegion, summarise, writeHospitals } from './region/index.ts'

export interface SimulateDataOptions {
  /** Made where it is missing; files of the same name are overwritten. */
  readonly out: string
  readonly region?: RegionOptions
  readonly print?: (text: string) => void
}

/** Simulates, writes canonical folders, truth/ and DATASHEET.md, prints a table of the hospitals. @throws BAD_CONFIG */
export async function simulateDataCommand({
  out,
  region: options = {},
  print = (text) => process.stdout.write(`${text}\n`),
}: SimulateDataOptions): Promise<SimulatedRegion> {
  const region = simulateRegion(options)
  await writeHospitals(region, out)
  await writeFile(path.join(out, 'DATASHEET.md'), datasheet(region))
  print(hospitalTable(summarise(region)))
  print(`\nwritten to ${out}: one folder a hospital, truth/ (for judging only), DATASHEET.md`)
  return region
}
