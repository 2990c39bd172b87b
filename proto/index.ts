// proto/: the wire. The calls between client and coordinator, their .proto files and generated types, the transports (gRPC over mutual
// TLS, memory), certificates and invitations. It carries bounded opaque bytes and never parses ciphertexts.
// May import: core.
export {
  type Authority,
  createAuthority,
  createCertificateRequest,
  type IssuedIdentity,
  issueMemberCertificate,
  issueServerCertificate,
  spkiDigest,
} from './certificates.ts'
export { formatInvitation, type Invitation, parseInvitation } from './invitation.ts'
export * from './messages.ts'
export type { Chunks, CoordinatorLink, CoordinatorService, EnrolmentService, MemberCalls, Peer } from './service.ts'
export type { CallName } from './transport/calls.ts'
export { chunksOf, collect } from './transport/chunks.ts'
export { enrolOverGrpc, serveEnrolment } from './transport/enrolment.ts'
export type { Authorize, CertificateInfo } from './transport/gate.ts'
export { connectGrpc, type GrpcClientOptions } from './transport/grpc-client.ts'
export { type GrpcServer, type GrpcServerOptions, serveGrpc } from './transport/grpc-server.ts'
export { connectMemory, type Fault, type FaultPoint, type MemoryLink } from './transport/memory.ts'
