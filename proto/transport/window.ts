// How much may be on its way. HTTP/2 begins with 64 KiB a connection, which over a line of 20 ms is 3 MB/s at best.
import type { Http2Session } from 'node:http2'
import type { ServerInterceptingCallInterface } from '@grpc/grpc-js'

export const WINDOW_BYTES = 2 * 2 ** 20
const widened = new WeakSet<Http2Session>()

/** Widens the connection under a call, once. grpc-js has no setting for it on servers (clients: grpc-node.flow_control_window); where its stream is not found, only speed is lost. */
export function widenWindow(call: ServerInterceptingCallInterface): void {
  const session = (call as { readonly stream?: { readonly session?: Http2Session } }).stream?.session
  if (!session || session.destroyed || widened.has(session)) return
  widened.add(session)
  session.setLocalWindowSize(WINDOW_BYTES)
}
