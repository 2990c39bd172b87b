// Binding a port and leaving it.
import type { Server, ServerCredentials } from '@grpc/grpc-js'
import { refuse } from '../../core/errors.ts'

const GRACE_MS = 2_000

/** The port that was bound. @throws UNAVAILABLE. */
export const listen = (server: Server, address: string, credentials: ServerCredentials): Promise<number> =>
  new Promise((resolve, reject) =>
    server.bindAsync(address, credentials, (error, port) => {
      if (error) reject(refuse('UNAVAILABLE', `cannot listen on ${address}: ${error.message}`, error))
      else resolve(port)
    }),
  )

/** Lets calls under way end, then closes whatever is left. */
export const stop = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    const force = setTimeout(() => server.forceShutdown(), GRACE_MS)
    server.tryShutdown(() => {
      clearTimeout(force)
      resolve()
    })
  })
