// A hospital's process: the daemon's own code, and around its connection, its computing and its rows whatever the attack does.
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { clientEvent } from '../../client/events.ts'
import { type Client, createMemoryDecisions, type SiteData, startClient } from '../../client/index.ts'
import { systemClock } from '../../core/clock.ts'
import { encode } from '../../core/codec.ts'
import { type HospitalId, openingKeyText } from '../../core/ids.ts'
import type { Keystore } from '../../core/keystore.ts'
import { createMemoryKeystore } from '../../core/keystore-memory.ts'
import { createLog } from '../../core/log.ts'
import { SecretBytes } from '../../core/secret.ts'
import { openSqliteStore } from '../../core/store/sqlite.ts'
import { createInlineWork } from '../../core/work/inline.ts'
import type { Work } from '../../core/work/work.ts'
import { type ContributeJobInput, contributeJob } from '../../models/jobs.ts'
import { checkPlan } from '../../privacy/plan.ts'
import { connectGrpc, enrolOverGrpc } from '../../proto/index.ts'
import { type HospitalTools, type Reach, withOwn } from './attack.ts'
import { collusionOf, type Life, type Secrets } from './life.ts'
import { FEATURES, rowsOf, snapshotOf, updateOf } from './scene.ts'

/** What the test hands over once the coordinator listens. */
export interface Invited {
  readonly enrolmentAddress: string
  readonly caPem: string
  readonly token: string
}

export async function liveAsHospital(life: Life, id: HospitalId): Promise<void> {
  const { settings, scene, emit, attack } = life
  const log = createLog({ name: id, pretty: false })
  const keystore = keystoreOf(life.secrets)
  await using store = openSqliteStore(settings.folder)
  let client: Client | null = null
  let reach: Reach | null = null
  const tools = toolsOf(life, id, { client: () => client, reach: () => reach }, keystore)
  const hostile = attack?.hospitals?.[id]?.(tools) ?? {}
  // One for each job, as daemons do: its owner ends it with the job.
  const createWork = (): Work => watchedWork(id, (hostile.work ?? ((honest) => honest))(createInlineWork()), tools)
  await using work = createWork()
  const data: SiteData = {
    snapshot: async (boundary) => snapshotOf(scene.snapshot(id, boundary)),
    columns: () => FEATURES,
    table: async ({ splitSeed }) => rowsOf(id, splitSeed),
  }
  const invited = await invitation()
  client = await startClient({
    hospital: id,
    name: id,
    store,
    keystore,
    clock: systemClock,
    log,
    work,
    createSecretWork: createWork,
    cipher: 'bgv',
    data: hostile.data?.(data) ?? data,
    policy: scene.policy(id),
    decisions: createMemoryDecisions(),
    retryMs: 300,
    enrolment: {
      token: new Uint8Array(Buffer.from(invited.token, 'hex')),
      enrol: (request) => enrolOverGrpc({ address: invited.enrolmentAddress, caPem: invited.caPem, request }),
    },
    connect({ enrolment, keyPem }) {
      const certPem = Buffer.from(enrolment.certificate).toString('utf8')
      reach = { address: enrolment.address, caPem: invited.caPem, certPem, keyPem, invited }
      const link = connectGrpc({ address: enrolment.address, caPem: invited.caPem, certPem, keyPem, log })
      return withOwn(link, hostile.calls?.(link) ?? {})
    },
    observe: (event) => emit({ kind: 'event', hex: Buffer.from(encode(clientEvent, event)).toString('hex') }),
  })
  await using _client = client
  await life.told
}

async function invitation(): Promise<Invited> {
  const lines = createInterface({ input: process.stdin })
  const [line] = (await once(lines, 'line')) as [string]
  lines.close()
  process.stdin.resume()
  return JSON.parse(line) as Invited
}

function keystoreOf(secrets: Secrets): Keystore {
  const keystore = createMemoryKeystore(secrets.map)
  return {
    ...keystore,
    put(name, bytes) {
      keystore.put(name, bytes)
      secrets.save()
    },
    delete(name) {
      keystore.delete(name)
      secrets.save()
    },
  }
}

interface Present {
  readonly client: () => Client | null
  readonly reach: () => Reach | null
}
function toolsOf({ settings, scene, emit, secrets }: Life, id: HospitalId, present: Present, keystore: Keystore): HospitalTools {
  const state = () => {
    const running = present.client()
    if (!running) throw new Error('the client has not started yet')
    return running.state
  }
  return {
    id,
    scene,
    collusion: collusionOf(settings),
    show: (name, body = null) => emit({ kind: 'show', name, body }),
    signKey: () => keystore.get('sign') ?? new SecretBytes(secrets.map.get('sign') as Uint8Array),
    state,
    reach() {
      const known = present.reach()
      if (!known) throw new Error('not connected yet')
      return known
    },
    checked(key) {
      const { steps, roster, keyEpochs } = state()
      const signed = steps.get(openingKeyText(key))?.signed
      if (!signed || !roster) throw new Error(`no plan of step ${key.step} is bound here`)
      const keyEpoch = keyEpochs.get(signed.plan.keyEpoch)
      if (!keyEpoch) throw new Error('the key epoch of the plan is not known here')
      return checkPlan(signed, { roster: roster.roster, keyEpoch })
    },
  }
}

/**
 * Shows the test, and nobody else, the clear integers of each contribution, so that what an attacker claims to have opened can be held against them.
 * A step of federated averaging contributes the scene's own vector: training needs a tensor library, and is not what is attacked.
 */
function watchedWork(id: HospitalId, work: Work, { show }: HospitalTools): Work {
  return {
    async run(job, input, options) {
      const isContribution = job.module === contributeJob.module && job.name === contributeJob.name
      if (!isContribution) return await work.run(job, input, options)
      const { task, layout } = input as unknown as ContributeJobInput
      const made =
        task === 'fedavg' && layout
          ? ({ vector: updateOf(id, layout), nextLocal: new Uint8Array() } as Awaited<ReturnType<typeof work.run>>)
          : await work.run(job, input, options)
      show('vector', { task, values: [...(made as { vector: Float64Array }).vector] })
      return made as never
    },
    [Symbol.asyncDispose]: () => work[Symbol.asyncDispose](),
  }
}
