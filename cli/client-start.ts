// consilium client start: enrols where needed, then takes part, until it is stopped. It only dials out.
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createDecisionFiles, createSiteData, decisionFolder, startClient } from '../client/index.ts'
import { scoreBlob } from '../client/scoring.ts'
import { systemClock } from '../core/clock.ts'
import { refuse } from '../core/errors.ts'
import { openKeystore, readPassphrase } from '../core/keystore.ts'
import { createLog } from '../core/log.ts'
import type { ClientProgress } from '../core/progress.ts'
import { holdFolder } from '../core/store/held.ts'
import { openSqliteStore } from '../core/store/sqlite.ts'
import { createThreads } from '../core/work/threads.ts'
import { engineJob } from '../models/jobs.ts'
import { connectGrpc, enrolOverGrpc, type Invitation, parseInvitation } from '../proto/index.ts'
import { readSite, type Site } from './client-site.ts'
import { type DaemonPorts, progressTo, refuseTestSettings, stopped } from './daemon.ts'

export interface ClientStartArguments {
  config: string
  progress: string
}

export async function runClient(args: ClientStartArguments, { openStore = openSqliteStore }: DaemonPorts = {}): Promise<void> {
  // From the first moment: a daemon that is told to stop while it starts ends in order too.
  const told = stopped()
  refuseTestSettings()
  const site = readSite(args.config)
  const { config } = site
  mkdirSync(site.data, { recursive: true, mode: 0o700 })
  using _held = holdFolder(site.data)
  const log = createLog({ name: config.hospital })
  const progress = progressTo<ClientProgress>(args.progress)
  const invitation = readInvitation(site)
  using keystore = openKeystore(join(site.data, 'keys.json'), readPassphrase({ file: site.path(config.passphraseFile) }))
  await using store = openStore(site.data)
  await using work = createThreads({ threads: 1 })
  const source = { ...config.source, path: site.path(config.source.path) }
  const data = createSiteData({ store, keystore, log, source, featureSet: config.featureSet })
  using decisions = createDecisionFiles({ folder: decisionFolder(site.data), clock: systemClock, log })
  await using client = await startClient({
    hospital: config.hospital,
    name: config.name,
    store,
    keystore,
    clock: systemClock,
    log,
    work,
    createSecretWork: () => createThreads({ threads: 1 }),
    cipher: 'bgv',
    data,
    policy: config.policy,
    decisions,
    enrolment: {
      token: invitation.token.reveal(),
      enrol: (request) => enrolOverGrpc({ address: invitation.enrolmentAddress, caPem: invitation.caPem, request }),
    },
    connect: ({ enrolment, keyPem }) =>
      connectGrpc({ address: enrolment.address, caPem: invitation.caPem, certPem: Buffer.from(enrolment.certificate).toString('utf8'), keyPem, log }),
    observe(event) {
      if (event.kind === 'adopted') {
        progress({ kind: 'adopted', step: event.key.step, counted: event.counted === 1 })
        progress({ kind: 'traffic', ...client.traffic() })
      }
      if (event.kind === 'scored') progress({ kind: 'scored', stage: event.stage, rows: event.rows, file: join(site.data, 'blobs', scoreBlob(event.stage)) })
    },
  })
  log.info({ data: site.data }, 'running')
  if (args.progress === 'json')
    void work.run(engineJob, null).then(
      (engine) => progress({ kind: 'ready', hospital: config.hospital, engine }),
      () => undefined,
    )
  log.info({ signal: await told }, 'stopping')
  progress({ kind: 'traffic', ...client.traffic() })
}

function readInvitation(site: Site): Invitation {
  const file = site.path(site.config.invitation)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw refuse('BAD_CONFIG', `invitation ${file} cannot be read`, error)
  }
  const invitation = parseInvitation(text)
  if (invitation.hospital !== site.config.hospital)
    throw refuse('BAD_CONFIG', `invitation ${file} is for ${invitation.hospital}, the configuration for ${site.config.hospital}`)
  return invitation
}
