// What a failed call tells the other side: the status and public message of the code, and the code itself in a trailer. Nothing else:
// the detail stays in the local log.
import { Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { ConsiliumError, isErrorCode, refuse, toConsiliumError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'

export const CODE_TRAILER = 'consilium-code'

export interface FailureStatus {
  readonly code: number
  readonly details: string
  readonly metadata: Metadata
}

/** Logs the detail here and returns what may leave. An error without a code is our own fault: INTERNAL. */
export function toFailure(error: unknown, call: string, log: Log): ConsiliumError {
  const fault = toConsiliumError(error)
  if (fault.code === 'INTERNAL') log.error({ call, code: fault.code, detail: fault.message, stack: stackOf(fault) }, 'a call failed')
  else log.info({ call, code: fault.code, detail: fault.message }, 'a call was refused')
  return fault
}
const stackOf = (fault: ConsiliumError): string | undefined => (fault.cause instanceof Error ? fault.cause.stack : fault.stack)

export function toStatus(fault: ConsiliumError): FailureStatus {
  const metadata = new Metadata()
  metadata.set(CODE_TRAILER, fault.code)
  return { code: fault.entry.status, details: fault.publicMessage, metadata }
}

/** As toStatus, as the Error that grpc-js emits on a server stream. */
export const toStreamError = (fault: ConsiliumError): Error => Object.assign(new Error(fault.publicMessage), toStatus(fault))

/** What arrives when the far side refused: its code and public message. */
export const arrived = (fault: ConsiliumError): ConsiliumError => refuse(fault.code, fault.publicMessage)

/**
 * A failed call as this side sees it. Without a trailer the far side's service did not speak: the connection, a size limit of
 * gRPC or a stranger on the port did.
 */
export function fromStatus(error: unknown, call: string): ConsiliumError {
  if (error instanceof ConsiliumError) return error
  const { code, details, metadata } = error as Partial<ServiceError>
  if (typeof code !== 'number') return toConsiliumError(error)
  const named = String(metadata?.get(CODE_TRAILER)[0] ?? '')
  if (isErrorCode(named)) return refuse(named, `${call}: ${details ?? ''}`, error)
  return refuse(WITHOUT_TRAILER[code] ?? 'UNAVAILABLE', `${call}: gRPC status ${code} (${status[code] ?? 'unknown'}), ${details ?? ''}`, error)
}
const WITHOUT_TRAILER: Readonly<Record<number, 'TOO_LARGE' | 'NOT_FOUND'>> = { [status.RESOURCE_EXHAUSTED]: 'TOO_LARGE', [status.UNIMPLEMENTED]: 'NOT_FOUND' }
