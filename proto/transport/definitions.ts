// The .proto files, read at run time. The options are those of scripts/generate-proto.ts, so that proto/gen/ describes what arrives.
import { join } from 'node:path'
import type { MethodDefinition } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'

const ROOT = join(import.meta.dirname, '..')
const FILES = ['enrolment', 'members', 'steps', 'models'].map((name) => `consilium/v1/${name}.proto`)

export const packageDefinition = loadSync(FILES, { includeDirs: [ROOT], longs: Number, enums: String, defaults: true, oneofs: true })

export const SERVICES = ['Members', 'Steps', 'Models'] as const
export type ServiceName = (typeof SERVICES)[number] | 'Enrolment'
/** A message as proto-loader hands it over; the forms (forms.ts) know what is in it. */
export type WireMessage = object
export type WireMethod = MethodDefinition<WireMessage, WireMessage>

/** What stands in for a request that is not protobuf at all: taken by no form, so refused by code. */
export const MALFORMED: WireMessage = Object.freeze({ malformed: true })

const tolerant = (method: WireMethod): WireMethod => ({
  ...method,
  requestDeserialize(bytes) {
    try {
      return method.requestDeserialize(bytes)
    } catch {
      return MALFORMED
    }
  },
})

/** Methods of a service by their name in the .proto file. */
export function serviceDefinition(name: ServiceName): Record<string, WireMethod> {
  const definition = packageDefinition[`consilium.v1.${name}`] as unknown as Record<string, WireMethod>
  return Object.fromEntries(Object.entries(definition).map(([method, wire]) => [method, tolerant(wire)]))
}
