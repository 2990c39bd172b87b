// Folders of a small federation as people would set them up: simulated claims, configurations, passphrases; removed at the end.
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { z } from 'zod'
import type { clientConfig } from '../../cli/config/client.ts'
import type { coordinatorConfig } from '../../cli/config/coordinator.ts'
import { type HospitalId, parseHospitalId } from '../../core/ids.ts'
import { simulateRegion, summarise, writeHospitals } from '../../simulations/region/index.ts'

export type CoordinatorFile = z.input<typeof coordinatorConfig>
export type ClientFile = z.input<typeof clientConfig>
export interface Places extends Disposable {
  readonly folder: string
  readonly hospitals: readonly HospitalId[]
  config(party: HospitalId | 'coordinator'): string
  data(party: HospitalId | 'coordinator'): string
  claims(id: HospitalId): string
  /** Written by the coordinator's first start. */
  invitation(id: HospitalId): string
  /** Writes a configuration anew, with changes, beside the first; returns its path. */
  changed(party: HospitalId | 'coordinator', name: string, change: (file: Record<string, unknown>) => Record<string, unknown>): string
}
export interface PlacesOptions {
  readonly claims: number
  readonly job: NonNullable<CoordinatorFile['job']>
  /** What a hospital's configuration says other than the rest. */
  readonly differs?: (file: ClientFile, index: number) => ClientFile
}

const FEATURE_SET = 'claim/1'
export const INPUTS = { featureSet: FEATURE_SET, boundary: '2025-12', splitSeed: 'test', heldOutPercent: 30, rowCap: 1024 } as const
const policy: ClientFile['policy'] = {
  minCohort: 3,
  corrupt: 1,
  roster: 'automatic',
  featureSets: [FEATURE_SET],
  tasks: {
    describe: { privacy: ['exact'], consent: 'automatic' },
    logistic: { privacy: ['exact'], consent: 'automatic' },
    evaluate: { privacy: ['exact'], consent: 'automatic' },
    fedavg: { privacy: ['none'], consent: 'automatic' },
  },
}

/** Four hospitals, (m,f,t,g) = (4,1,2,3). */
export async function makePlaces({ claims, job, differs = (file) => file }: PlacesOptions): Promise<Places> {
  const folder = mkdtempSync(join(tmpdir(), 'consilium-processes-'))
  const region = simulateRegion({ claims, hospitals: 4, seed: 'processes' })
  await writeHospitals(region, join(folder, 'claims'))
  const hospitals = summarise(region)
    .map((h) => parseHospitalId(h.id))
    .sort()
  const place = (party: string): string => join(folder, party)
  const write = (party: string, name: string, file: object): string => {
    mkdirSync(place(party), { recursive: true, mode: 0o700 })
    writeFileSync(join(place(party), name), stringify(file), { mode: 0o600 })
    return join(place(party), name)
  }
  const invitationOf = (id: string): string => join(place('coordinator'), 'data', 'invitations', `${id}.yaml`)
  const files = new Map<string, object>()
  const add = (party: string, file: object): void => {
    files.set(party, file)
    write(party, 'config.yaml', file)
    writeFileSync(join(place(party), 'passphrase'), `${randomBytes(16).toString('hex')}\n`, { mode: 0o600 })
  }
  const coordinator: CoordinatorFile = {
    federation: 'test',
    data: 'data',
    passphraseFile: 'passphrase',
    listen: { members: '127.0.0.1:0', enrolment: '127.0.0.1:0', hosts: ['127.0.0.1'] },
    hospitals: hospitals.map((id) => ({ id, name: `Hospital ${id}` })),
    custodians: [...hospitals],
    corrupt: 1,
    job,
  }
  add('coordinator', coordinator)
  for (const [index, id] of hospitals.entries()) {
    const source = { kind: 'csv', path: join(folder, 'claims', id) } as const
    const invitation = invitationOf(id)
    add(
      id,
      differs({ hospital: id, name: `Hospital ${id}`, data: 'data', passphraseFile: 'passphrase', invitation, source, featureSet: FEATURE_SET, policy }, index),
    )
  }
  return {
    folder,
    hospitals,
    config: (party) => join(place(party), 'config.yaml'),
    data: (party) => join(place(party), 'data'),
    claims: (id) => join(folder, 'claims', id),
    invitation: invitationOf,
    changed: (party, name, change) => write(party, name, change({ ...files.get(party) })),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Spoils cells of a CSV file: (1-based line of the file, column name, what stands there then). */
export function spoil(file: string, cells: readonly (readonly [line: number, column: string, text: string])[]): void {
  const lines = readFileSync(file, 'utf8').split('\n')
  const header = (lines[0] ?? '').split(',')
  for (const [line, column, text] of cells) {
    const row = (lines[line - 1] ?? '').split(',')
    row[header.indexOf(column)] = text
    lines[line - 1] = row.join(',')
  }
  writeFileSync(file, lines.join('\n'))
}
