// TLS 1.3 and nothing older, on both sides.
import { isIP } from 'node:net'
import { checkServerIdentity, createSecureContext } from 'node:tls'
import { ChannelCredentials, type ChannelOptions, logVerbosity, ServerCredentials, setLogVerbosity } from '@grpc/grpc-js'
import { LIMITS } from '../../core/limits.ts'
import { BODY_BYTES, ENVELOPE_BYTES } from '../limits.ts'
import { WINDOW_BYTES } from './window.ts'

// grpc-js prints to stderr by itself; what it has to say comes back as errors, which are logged with their code.
if (process.env['GRPC_VERBOSITY'] === undefined) setLogVerbosity(logVerbosity.NONE)

export interface TlsIdentity {
  readonly certPem: string
  readonly keyPem: string
}
const HANDSHAKE_MS = 10_000
/** Calls under way on one connection. */
const STREAMS = 64

/** grpc-js offers no minimum version; its base class takes the options of the HTTP/2 server as they are. */
class Tls13Server extends ServerCredentials {
  constructor(identity: TlsIdentity, clientCaPem: string | null) {
    super(
      {
        minVersion: 'TLSv1.3',
        requestCert: clientCaPem !== null,
        rejectUnauthorized: clientCaPem !== null,
        handshakeTimeout: HANDSHAKE_MS,
        settings: { maxConcurrentStreams: STREAMS, initialWindowSize: WINDOW_BYTES },
      },
      { cert: identity.certPem, key: identity.keyPem, ...(clientCaPem === null ? {} : { ca: clientCaPem }) },
    )
  }
  override _equals(other: ServerCredentials): boolean {
    return other === this
  }
}

/** `clientCaPem`: callers must show a certificate of this authority; null: callers are strangers. */
export const serverCredentials = (identity: TlsIdentity, clientCaPem: string | null): ServerCredentials => new Tls13Server(identity, clientCaPem)

/** Trusts `caPem` alone: not the system's authorities. The certificate must name the host that was dialled. */
export function channelCredentials(address: string, caPem: string, identity: TlsIdentity | null): ChannelCredentials {
  const context = createSecureContext({ ca: caPem, minVersion: 'TLSv1.3', ...(identity ? { cert: identity.certPem, key: identity.keyPem } : {}) })
  return ChannelCredentials.createFromSecureContext(context, { checkServerIdentity: (_name, certificate) => checkServerIdentity(hostOf(address), certificate) })
}

export function hostOf(address: string): string {
  const colon = address.lastIndexOf(':')
  return (colon < 0 ? address : address.slice(0, colon)).replace(/^\[(.*)\]$/, '$1')
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || host.startsWith('127.')

export const serverOptions: ChannelOptions = {
  'grpc.max_receive_message_length': LIMITS.messageBytes + ENVELOPE_BYTES,
  'grpc.max_send_message_length': BODY_BYTES.reply + ENVELOPE_BYTES,
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 20_000,
}

export const channelOptions = (address: string): ChannelOptions => ({
  'grpc.max_receive_message_length': BODY_BYTES.reply + ENVELOPE_BYTES,
  'grpc.max_send_message_length': LIMITS.messageBytes + ENVELOPE_BYTES,
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc-node.flow_control_window': WINDOW_BYTES,
  'grpc.initial_reconnect_backoff_ms': 200,
  'grpc.max_reconnect_backoff_ms': 5_000,
  // The daemons repeat calls themselves, from their journal. gRPC must not repeat any behind them.
  'grpc.enable_retries': 0,
  'grpc.service_config_disable_resolution': 1,
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_http_proxy': isLoopback(hostOf(address)) ? 0 : 1,
  // TLS allows names only as server name, not addresses; which host was meant is checked in checkServerIdentity.
  ...(isIP(hostOf(address)) ? { 'grpc.ssl_target_name_override': 'coordinator.invalid' } : {}),
})
