// What a process of an attack is told, and what its parts share.
import { join } from 'node:path'
import type { HospitalId } from '../../core/ids.ts'
import type { Attack } from './attack.ts'
import type { Scene } from './scene.ts'

export interface Settings {
  readonly party: HospitalId | 'coordinator'
  readonly folder: string
  /** URL of the attack's module; null: everyone is honest. */
  readonly attack: string | null
  readonly off: readonly string[]
  readonly ports: { readonly members: number; readonly enrolment: number }
}

export interface Life {
  readonly settings: Settings
  readonly attack: Attack | null
  readonly scene: Scene
  readonly emit: (record: object) => void
  readonly secrets: Secrets
  /** Resolves when the process is told to end. */
  readonly told: Promise<void>
}

/** Keys by name, as they are: the folder is the test's own. */
export interface Secrets {
  readonly map: Map<string, Uint8Array>
  save(): void
}

/** Beside the parties' own folders. */
export const collusionOf = ({ folder }: Settings): string => join(folder, '..', 'collusion')
