// The coordinator's configuration file. Every key is named here; any other is refused.
import { z } from 'zod'
import { parseHospitalId } from '../../core/ids.ts'
import { CUSTODIES } from '../../privacy/parameters.ts'
import { jobConfig } from './job.ts'

export const hospital = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,63}$/, 'expected a-z, 0-9 and -, at most 64, first a letter')
  .transform(parseHospitalId)
export const address = z.string().regex(/^\S{1,200}:\d{1,5}$/, 'expected host:port (port 0: a free one, kept for later starts)')

const seats = (custodians: readonly unknown[] | { readonly elect: number }): number => ('elect' in custodians ? custodians.elect : custodians.length)

export const coordinatorConfig = z
  .strictObject({
    federation: z.string().min(1).max(200),
    /** Folder of the journal, the spool and the key store. */
    data: z.string(),
    passphraseFile: z.string(),
    listen: z.strictObject({
      members: address,
      enrolment: address,
      /** Names and addresses by which hospitals reach this machine: they stand in its certificate. */
      hosts: z.array(z.string().min(1)).min(1),
    }),
    hospitals: z.array(z.strictObject({ id: hospital, name: z.string().min(1).max(200) })).min(4),
    /** They hold the key shares: in order, or `{ elect: 7 }`, so many drawn by lot among all hospitals. */
    custodians: z.union([z.array(hospital), z.strictObject({ elect: z.int() })], 'expected a list of hospitals, or { elect: number }'),
    /** f: how many custodians may be corrupt together with the coordinator. */
    corrupt: z.int(),
    /** Hospitals whose certificates are no longer good; read at each start. */
    revoked: z.array(hospital).default([]),
    /** When the custodians' sealing keys are replaced, whichever comes first. */
    keyEpoch: z.strictObject({ days: z.number().positive().max(3650).default(30), steps: z.int().min(1).default(500) }).prefault({}),
    job: jobConfig.optional(),
  })
  .refine((c) => CUSTODIES.some(([m, f]) => m === seats(c.custodians) && f === c.corrupt), {
    path: ['corrupt'],
    message: `custodians and corrupt must be one of ${CUSTODIES.map(([m, f]) => `${m} and ${f}`).join(', ')}`,
  })
  .refine((c) => (Array.isArray(c.custodians) ? c.custodians.every((id) => c.hospitals.some((h) => h.id === id)) : c.custodians.elect <= c.hospitals.length), {
    path: ['custodians'],
    message: 'each custodian must be one of the hospitals, and no more are drawn than there are',
  })
export type CoordinatorConfig = z.output<typeof coordinatorConfig>
