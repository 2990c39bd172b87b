// How a test names a refusal: `expect(() => ...).toThrow(refused('BAD_LAYOUT'))`.
import { expect } from 'vitest'
import { ConsiliumError, type ErrorCode } from '../../core/errors.ts'

export const refused = (code: ErrorCode): Error =>
  expect.toSatisfy((error: unknown) => error instanceof ConsiliumError && error.code === code, `refused with ${code}`) as Error
