// The coordinator's process: the honest daemon, and around its service whatever the attack does.

import { coordinatorEvent } from '../../coordinator/events.ts'
import { type Coordinator, type CoordinatorEvent, startCoordinator } from '../../coordinator/index.ts'
import { systemClock } from '../../core/clock.ts'
import { encode } from '../../core/codec.ts'
import type { HospitalId } from '../../core/ids.ts'
import { createLog } from '../../core/log.ts'
import { systemRandom } from '../../core/random.ts'
import { SecretBytes } from '../../core/secret.ts'
import { openSqliteStore } from '../../core/store/sqlite.ts'
import { createInlineWork } from '../../core/work/inline.ts'
import { createSignKey } from '../../privacy/signatures.ts'
import { type Authority, createAuthority, issueServerCertificate, serveEnrolment, serveGrpc } from '../../proto/index.ts'
import { type CoordinatorTools, type HostileCoordinator, withOwn } from './attack.ts'
import { collusionOf, type Life, type Secrets } from './life.ts'
import { createHost } from './shadow-host.ts'

export async function liveAsCoordinator(life: Life): Promise<void> {
  const { settings, scene, emit } = life
  const log = createLog({ name: 'coordinator', pretty: false })
  const { authority, signKey } = await identityOf(life.secrets)
  const server = { caPem: authority.caPem, ...(await issueServerCertificate(authority, { hosts: ['127.0.0.1'] })) }
  await using store = openSqliteStore(settings.folder)
  await using honestWork = createInlineWork()
  const work = life.attack?.coordinatorWork?.(honestWork) ?? honestWork
  const observe = (event: CoordinatorEvent): void => emit({ kind: 'event', hex: Buffer.from(encode(coordinatorEvent, event)).toString('hex') })
  await using coordinator = await startCoordinator({
    founding: scene.founding,
    store,
    clock: systemClock,
    log,
    work,
    random: systemRandom,
    cipher: 'bgv',
    signKey,
    retryMs: 300,
    ...(scene.keyEpoch ? { keyEpoch: scene.keyEpoch } : {}),
    observe,
  })
  const host = createHost(coordinator, signKey)
  const show: CoordinatorTools['show'] = (name, body = null) => emit({ kind: 'show', name, body })
  const tools: CoordinatorTools = { coordinator, signKey, store, scene, show, collusion: collusionOf(settings), ...host }
  const hostile: HostileCoordinator = life.attack?.coordinator?.(tools) ?? {}
  const served = host.around(withOwn(coordinator.service, hostile.calls?.(coordinator.service) ?? {}))
  await using members = await serveGrpc(served, { ...server, address: `127.0.0.1:${settings.ports.members}`, authorize: coordinator.authorize, log })
  const reached = `127.0.0.1:${members.port}`
  await using enrolment = await serveEnrolment(
    coordinator.enrolment(authority, () => reached),
    { ...server, address: `127.0.0.1:${settings.ports.enrolment}`, log },
  )
  const tokens: Record<string, string> = {}
  for (const { id } of scene.founding.hospitals) tokens[id] = Buffer.from((await coordinator.invite(id as HospitalId)) ?? []).toString('hex')
  emit({ kind: 'listening', ports: { members: members.port, enrolment: enrolment.port }, caPem: authority.caPem, tokens })
  hostile.run?.().catch((error: unknown) => {
    emit({ kind: 'show', name: 'fault', body: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  })
  startJobs(coordinator, life)
  await life.told
}

async function identityOf(secrets: Secrets): Promise<{ authority: Authority; signKey: SecretBytes }> {
  const kept = secrets.map.get('authority')
  if (!kept) {
    const made = await createAuthority('Consilium attacked')
    secrets.map.set('authority', new Uint8Array(Buffer.from(JSON.stringify(made))))
    secrets.map.set('sign', createSignKey().privateKey.reveal().slice())
    secrets.save()
  }
  return {
    authority: JSON.parse(Buffer.from(secrets.map.get('authority') as Uint8Array).toString('utf8')) as Authority,
    signKey: new SecretBytes((secrets.map.get('sign') as Uint8Array).slice()),
  }
}

/** The scene's jobs, one after the other's end; after a restart those that the journal does not have yet. */
function startJobs(coordinator: Coordinator, { scene, emit }: Life): void {
  let starting = false
  const look = (): void => {
    const { roster, epoch, jobs } = coordinator.state
    const next = scene.jobs[jobs.size]
    const busy = [...jobs.values()].some((job) => job.outcome === 'running')
    if (starting || !next || busy || roster.kind !== 'agreed' || epoch.kind !== 'agreed') return
    starting = true
    coordinator
      .startJob(next)
      .catch((error: unknown) => emit({ kind: 'show', name: 'fault', body: String(error) }))
      .finally(() => {
        starting = false
      })
  }
  coordinator.subscribe(() => queueMicrotask(look))
  look()
}
