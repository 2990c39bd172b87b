// The folders of a demo: for each daemon its data, its configuration as a person would write it, and a passphrase of its own.
import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { DemoClaims, DemoHospital } from './claims.ts'
import { type ClientFile, type CoordinatorFile, CUSTODY, jobOf, policyOf, type Recipe } from './plan.ts'

export const FEDERATION = 'demo'
export const COORDINATOR = 'coordinator'

/** The folder of one daemon: <work>/<name>/. */
export const placeOf = (work: string, name: string): string => join(work, name)
export const configOf = (work: string, name: string): string => join(placeOf(work, name), 'config.yaml')
/** What a daemon logged. */
export const logOf = (work: string, name: string): string => join(placeOf(work, name), 'log.jsonl')
/** Journal and blobs of a daemon. */
export const dataOf = (work: string, name: string): string => join(placeOf(work, name), 'data')

/** Writes the coordinator's place; it chooses free ports itself and says which. */
export async function writeCoordinator(work: string, claims: DemoClaims, recipe: Recipe): Promise<void> {
  const file: CoordinatorFile = {
    federation: FEDERATION,
    data: 'data',
    passphraseFile: 'passphrase',
    listen: { members: '127.0.0.1:0', enrolment: '127.0.0.1:0', hosts: ['127.0.0.1'] },
    hospitals: claims.hospitals.map(({ id, name }) => ({ id, name })),
    custodians: claims.hospitals.map(({ id }) => id).sort(),
    corrupt: CUSTODY.corrupt,
    job: jobOf(recipe),
  }
  await writePlace(work, COORDINATOR, file)
}

/** Writes a hospital's place: it knows its own claims and its invitation, and nothing of the others. */
export async function writeHospital(work: string, hospital: DemoHospital, invitation: string, recipe: Recipe): Promise<void> {
  const file: ClientFile = {
    hospital: hospital.id,
    name: hospital.name,
    data: 'data',
    passphraseFile: 'passphrase',
    invitation,
    source: { kind: 'csv', path: hospital.folder },
    featureSet: recipe.rows.featureSet,
    policy: policyOf(recipe),
  }
  await writePlace(work, hospital.id, file)
}

async function writePlace(work: string, name: string, file: CoordinatorFile | ClientFile): Promise<void> {
  await mkdir(placeOf(work, name), { recursive: true, mode: 0o700 })
  await writeFile(join(placeOf(work, name), 'passphrase'), `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 })
  await writeFile(configOf(work, name), stringify(file), { mode: 0o600 })
}
