// What tests of dishonest parties share: who is who, and a service in which some calls are somebody else's.
import { type HospitalId, parseDigest } from '../../core/ids.ts'
import type { CoordinatorService } from '../../proto/index.ts'
import { IDS } from '../support/hospitals.ts'

export const [VICTIM, ACCOMPLICE, THIRD] = IDS as unknown as readonly [HospitalId, HospitalId, HospitalId]
export const OTHER = parseDigest('7'.repeat(64))
export const never = new AbortController().signal
export const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'served',
    (error: { code?: string }) => error.code ?? String(error),
  )

/** A service in which some calls are somebody else's; the rest is the honest coordinator's. */
export const withCalls =
  (calls: (honest: CoordinatorService) => Partial<CoordinatorService>) =>
  (honest: CoordinatorService): CoordinatorService => {
    const own = calls(honest)
    return new Proxy(honest, { get: (service, name: keyof CoordinatorService) => own[name] ?? service[name] })
  }
