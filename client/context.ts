// What every duty of the daemon is handed: ports and identity, nothing from the air.
import type { Clock } from '../core/clock.ts'
import type { HospitalId, OpeningKey } from '../core/ids.ts'
import type { Keystore } from '../core/keystore.ts'
import type { Log } from '../core/log.ts'
import type { Store } from '../core/store/store.ts'
import type { Work } from '../core/work/work.ts'
import type { CipherName } from '../privacy/index.ts'
import type { CoordinatorLink } from '../proto/service.ts'
import type { SiteData } from './data.ts'
import type { Decisions } from './decisions.ts'
import type { ClientEvent, EgressKind } from './events.ts'
import type { Policy } from './policy.ts'
import type { ClientState } from './state.ts'

export interface ClientPorts {
  readonly hospital: HospitalId
  readonly name: string
  readonly store: Store
  readonly keystore: Keystore
  readonly clock: Clock
  readonly log: Log
  /** Training, adding, checking. */
  readonly work: Work
  /** A worker for one job's one-time keys: it ends with the job, and its memory with it. */
  readonly createSecretWork: () => Work
  readonly cipher: CipherName
  readonly data: SiteData
  readonly policy: Policy
  /** What a person of the hospital decided. */
  readonly decisions: Decisions
}
export interface ClientContext extends ClientPorts {
  readonly state: () => ClientState
  readonly post: (event: ClientEvent) => Promise<void>
  readonly link: () => CoordinatorLink
  readonly secretWork: (job: string) => Work
  /** Journals that these bytes leave the site, before the first of them does; once a message, whatever the retries. `because`: what they follow from, in the same commit. */
  readonly leaving: (what: EgressKind, id: string, bytes: number, about: OpeningKey | null, because?: ClientEvent) => Promise<void>
}
