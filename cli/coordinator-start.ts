// consilium coordinator start: keys and authority at the first start, invitations for who is not enrolled, then the daemon.
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Coordinator, startCoordinator } from '../coordinator/index.ts'
import { systemClock } from '../core/clock.ts'
import type { HospitalId } from '../core/ids.ts'
import { type Keystore, openKeystore, readPassphrase } from '../core/keystore.ts'
import { createLog, type Log } from '../core/log.ts'
import type { CoordinatorProgress } from '../core/progress.ts'
import { systemRandom } from '../core/random.ts'
import { SecretBytes } from '../core/secret.ts'
import { holdFolder } from '../core/store/held.ts'
import { openSqliteStore } from '../core/store/sqlite.ts'
import { writeWhole } from '../core/whole-file.ts'
import { createThreads } from '../core/work/threads.ts'
import { createSignKey } from '../privacy/signatures.ts'
import { type Authority, createAuthority, formatInvitation, issueServerCertificate, parseInvitation, serveEnrolment, serveGrpc } from '../proto/index.ts'
import { type CoordinatorConfig, coordinatorConfig } from './config/coordinator.ts'
import { toJobOptions } from './config/job.ts'
import { besideFile, readConfig } from './config/read.ts'
import { createCoordinatorProgress } from './coordinator-progress.ts'
import { type DaemonPorts, progressTo, refuseTestSettings, stopped } from './daemon.ts'

export interface CoordinatorStartArguments {
  config: string
  progress: string
}

export async function runCoordinator(args: CoordinatorStartArguments, { openStore = openSqliteStore }: DaemonPorts = {}): Promise<void> {
  // From the first moment: a daemon that is told to stop while it starts ends in order too.
  const told = stopped()
  refuseTestSettings()
  const config = readConfig(coordinatorConfig, args.config)
  const data = besideFile(args.config, config.data)
  mkdirSync(data, { recursive: true, mode: 0o700 })
  using _held = holdFolder(data)
  const log = createLog({ name: 'coordinator' })
  const progress = progressTo<CoordinatorProgress>(args.progress)
  using keystore = openKeystore(join(data, 'keys.json'), readPassphrase({ file: besideFile(args.config, config.passphraseFile) }))
  const authority = await authorityOf(keystore, config.federation)
  const server = { caPem: authority.caPem, ...(await issueServerCertificate(authority, { hosts: config.listen.hosts })) }
  await using store = openStore(data)
  await using work = createThreads({ threads: 1 })
  const watcher = createCoordinatorProgress(progress, (job, stage) => coordinator.finalState(job, stage))
  const founding = { federation: config.federation, hospitals: config.hospitals, custodians: config.custodians, corrupt: config.corrupt }
  const coordinator: Coordinator = await startCoordinator({
    founding,
    keyEpoch: config.keyEpoch,
    store,
    clock: systemClock,
    log,
    work,
    random: systemRandom,
    cipher: 'bgv',
    signKey: signKeyOf(keystore),
    observe: watcher,
  })
  await using _coordinator = coordinator
  // Hospitals, custodians or f may differ from the last start: then the members are asked for a next roster.
  await coordinator.proposeRoster(founding)
  const ports = keptPorts(data)
  await using members = await serveGrpc(coordinator.service, {
    ...server,
    address: withPort(config.listen.members, ports.members),
    authorize: coordinator.authorize,
    log,
  })
  const reached = `${config.listen.hosts[0]}:${members.port}`
  await using enrolment = await serveEnrolment(
    coordinator.enrolment(authority, () => reached),
    { ...server, address: withPort(config.listen.enrolment, ports.enrolment), log },
  )
  ports.keep({ members: members.port, enrolment: enrolment.port })
  const invitations = await writeInvitations(coordinator, config, authority, join(data, 'invitations'), `${config.listen.hosts[0]}:${enrolment.port}`)
  log.info({ members: members.port, enrolment: enrolment.port, invitations: join(data, 'invitations') }, 'listening')
  progress({ kind: 'listening', members: reached, enrolment: `${config.listen.hosts[0]}:${enrolment.port}`, invitations })
  await revokeNamed(coordinator, config, log)
  members.recheck()
  recheckWithRoster(coordinator, members)
  startJobOnce(coordinator, config, log)
  log.info({ signal: await told }, 'stopping')
}

function signKeyOf(keystore: Keystore): SecretBytes {
  const kept = keystore.get('sign')
  if (kept) return kept
  const made = createSignKey().privateKey
  keystore.put('sign', made.reveal())
  return made
}

async function authorityOf(keystore: Keystore, federation: string): Promise<Authority> {
  const kept = keystore.get('authority')
  if (kept) return JSON.parse(Buffer.from(kept.reveal()).toString('utf8')) as Authority
  const made = await createAuthority(`Consilium ${federation}`)
  keystore.put('authority', Buffer.from(JSON.stringify(made)))
  return made
}

interface Ports {
  readonly members: number | null
  readonly enrolment: number | null
  keep(ports: { members: number; enrolment: number }): void
}
/** A port that was free at the first start stays this daemon's: hospitals know it from their enrolment. */
function keptPorts(data: string): Ports {
  const file = join(data, 'ports.json')
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { members: number; enrolment: number }) : { members: null, enrolment: null }
  return { ...known, keep: (ports) => writeWhole(file, JSON.stringify(ports)) }
}
const withPort = (address: string, kept: number | null): string => (address.endsWith(':0') && kept !== null ? `${address.slice(0, -1)}${kept}` : address)

/** Whom a new roster leaves out loses its open calls too. */
function recheckWithRoster(coordinator: Coordinator, members: { recheck(): void }): void {
  const hashOf = (): string => (coordinator.state.roster.kind === 'agreed' ? coordinator.state.roster.hash : '')
  let last = hashOf()
  coordinator.subscribe(() => {
    if (last === hashOf()) return
    last = hashOf()
    members.recheck()
  })
}

/** One file a hospital that is not enrolled yet; an invitation that was written before stays good until its token is spent. */
async function writeInvitations(
  coordinator: Coordinator,
  config: CoordinatorConfig,
  authority: Authority,
  folder: string,
  enrolmentAddress: string,
): Promise<Record<HospitalId, string>> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const written: Record<HospitalId, string> = {}
  for (const { id } of config.hospitals) {
    const file = join(folder, `${id}.yaml`)
    written[id] = file
    if (existsSync(file) && !coordinator.isSpent(parseInvitation(readFileSync(file, 'utf8')).token.reveal())) continue
    const token = await coordinator.invite(id)
    if (token)
      writeWhole(
        file,
        formatInvitation({ federation: config.federation, hospital: id, enrolmentAddress, caPem: authority.caPem, token: new SecretBytes(token) }),
      )
  }
  return written
}

async function revokeNamed(coordinator: Coordinator, config: CoordinatorConfig, log: Log): Promise<void> {
  for (const id of config.revoked) {
    const member = coordinator.state.members.get(id)
    if (!member || coordinator.state.revoked.has(member.tlsKey)) continue
    await coordinator.revoke(member.tlsKey)
    log.warn({ hospital: id }, 'certificate revoked')
  }
}

/** The configured job starts once the roster and the key epoch are agreed; after a restart it is the journal's. */
function startJobOnce(coordinator: Coordinator, config: CoordinatorConfig, log: Log): void {
  const { job } = config
  if (!job) return
  let started = false
  const look = (): void => {
    const { roster, epoch, jobs } = coordinator.state
    if (started || jobs.size > 0 || roster.kind !== 'agreed' || epoch.kind !== 'agreed') return
    started = true
    stop()
    coordinator.startJob(toJobOptions(job)).catch((error: unknown) => log.error({ error: String(error) }, 'the job cannot start'))
  }
  const stop = coordinator.subscribe(() => queueMicrotask(look))
  look()
}
