// What several attacks of a hospital have in common: contributing something else than it computed, saying something else than it found, and
// looking at what was released. Also honest hospitals that are only slow, so that the hostile one comes first.
import { setTimeout as wait } from 'node:timers/promises'
import type { JobOptions } from '../../coordinator/index.ts'
import { decode, encode } from '../../core/codec.ts'
import type { Digest, HospitalId, OpeningKey } from '../../core/ids.ts'
import { openingKeyText } from '../../core/ids.ts'
import { LIMITS } from '../../core/limits.ts'
import { createSeededRandom } from '../../core/random.ts'
import type { Work, WorkJob } from '../../core/work/work.ts'
import { signAnswer } from '../../privacy/answer.ts'
import type { EncryptInput, EncryptOutput } from '../../privacy/contributor/index.ts'
import { P } from '../../privacy/field.ts'
import { encryptJob } from '../../privacy/jobs.ts'
import {
  type Answer,
  answer as answerCodec,
  type KeyEpochSet,
  keyEpoch as keyEpochCodec,
  type Plan,
  plan as planCodec,
  planHash as planHashOf,
  type Report,
  receiptBody,
  report as reportCodec,
  type SealingKey,
  stepEnd,
} from '../../privacy/messages.ts'
import { signReport } from '../../privacy/report.ts'
import { sealedShareDigest, sealShare } from '../../privacy/sealing.ts'
import { shareWords } from '../../privacy/share-words.ts'
import { ciphertextDigest, PRIMES, packCiphertext, RESIDUES } from '../../privacy/wire.ts'
import { chunksOf, collect } from '../../proto/index.ts'
import type { CoordinatorLink } from '../../proto/service.ts'
import type { HospitalTools, HostileHospital } from './attack.ts'
import type { AttackRun } from './launcher.ts'
import { UPDATE } from './scene.ts'

/** A deadline that comes soon, so that the others go on without whoever is missing; custodians still get more than a second to speak. */
export const soon = (job: JobOptions): JobOptions => ({ ...job, stepMs: 5_000 })
export const SOON_UPDATE = soon(UPDATE)
/** An honest hospital whose calls of these names take their time. */
export const slow =
  (ms: number, ...names: readonly (keyof CoordinatorLink)[]) =>
  (): HostileHospital => ({
    calls: (honest) =>
      Object.fromEntries(
        names.map((name) => [
          name,
          async (...args: never[]) => {
            await wait(ms)
            return await Reflect.apply(honest[name] as (...a: never[]) => unknown, honest, args)
          },
        ]),
      ) as Partial<CoordinatorLink>,
  })

// ---- contributing
/** What leaves. The receipt names exactly this: its digests are made again after the change. */
export interface Parts {
  readonly ciphertexts: readonly Uint8Array[]
  readonly sealedShares: readonly Uint8Array[]
  readonly plan?: Digest
  readonly state?: Digest
  readonly member?: HospitalId
}
/** What it is made from. */
export interface Making {
  readonly plan: Plan
  readonly keyEpoch: KeyEpochSet
  /** Another whole contribution from the same input, under keys of its own. */
  again(): Promise<EncryptOutput>
}
/** Contributes something else to the first `times` steps of a task. */
export function contributes(
  task: string,
  change: (made: Parts, making: Making) => Parts | Promise<Parts>,
  times = Number.POSITIVE_INFINITY,
): (honest: Work) => Work {
  let left = times
  return (honest) => ({
    async run<In, Out>(job: WorkJob<In, Out>, input: In, options?: { signal?: AbortSignal }): Promise<Out> {
      const made = await honest.run(job, input, options)
      if (job.name !== encryptJob.name || job.module !== encryptJob.module) return made
      const given = input as EncryptInput
      const plan = decode(planCodec, given.plan)
      if (plan.task !== task || left-- <= 0) return made
      const making: Making = { plan, keyEpoch: decode(keyEpochCodec, given.keyEpoch), again: () => honest.run(encryptJob, given, options) }
      return receipted(made as EncryptOutput, await change(made as EncryptOutput, making)) as Out
    },
    [Symbol.asyncDispose]: () => honest[Symbol.asyncDispose](),
  })
}

function receipted(honest: EncryptOutput, { ciphertexts, sealedShares, ...names }: Parts): EncryptOutput {
  const body = {
    ...decode(receiptBody, honest.receiptBody),
    ...names,
    ciphertexts: ciphertexts.map(ciphertextDigest),
    shares: sealedShares.map(sealedShareDigest),
  }
  return { ciphertexts: [...ciphertexts], sealedShares: [...sealedShares], receiptBody: encode(receiptBody, body) }
}

/** Residues below their primes, of no message under any key. */
export function noise(seed: string): Uint8Array {
  const draws = createSeededRandom(seed).fill(new Uint32Array(RESIDUES))
  return packCiphertext(Float64Array.from(draws, (v, i) => (v * 8191) % PRIMES[i < RESIDUES / 2 ? 0 : 1]))
}

/** Words that open, of no polynomial, sealed to this custodian in this member's name. */
export function sealWords({ plan, keyEpoch }: Making, sender: HospitalId, receiver: HospitalId): Uint8Array {
  const draws = createSeededRandom(`${sender} to ${receiver}`)
    .fill(new Uint32Array(4100))
    .map((v) => v % P)
  const payload = encode(shareWords, { share: draws.slice(0, 4096), masks: draws.slice(4096) })
  return seal(plan, keyEpoch, sender, receiver, payload, keyEpoch.epoch)
}
export function seal(
  plan: Plan,
  { keys, roster }: KeyEpochSet,
  sender: HospitalId,
  receiver: HospitalId,
  payload: Uint8Array,
  epoch: number,
  planHash: Digest = planHashOf(plan),
): Uint8Array {
  const index = keys.findIndex(({ key }) => key.custodian === receiver)
  const key: SealingKey = { ...(keys[index]?.key as SealingKey), epoch }
  return sealShare(key, { planHash, rosterHash: roster, epoch, sender, receiver, receiverIndex: index + 1 }, payload)
}

// ---- saying
export const taskOf = (tools: HospitalTools, key: OpeningKey): string | undefined => tools.state().steps.get(openingKeyText(key))?.plan?.task

/** A report with other entries, signed as the honest one is. */
export function reportsOtherwise(tools: HospitalTools, change: (body: Report['body']) => Report['body']): HostileHospital {
  return {
    calls: (honest) => ({
      report: (key, bytes) => {
        const said = change(decode(reportCodec, bytes).body)
        return honest.report(key, encode(reportCodec, signReport(said, tools.checked(key), tools.signKey())))
      },
    }),
  }
}
/** An answer with other words, signed as the honest one is. */
export function answersOtherwise(tools: HospitalTools, task: string, change: (body: Answer['body']) => Answer['body']): HostileHospital {
  return {
    calls: (honest) => ({
      answer: (key, bytes) => {
        if (taskOf(tools, key) !== task) return honest.answer(key, bytes)
        const said = change(decode(answerCodec, bytes).body)
        return honest.answer(key, encode(answerCodec, signAnswer(said, tools.checked(key), tools.signKey())))
      },
    }),
  }
}
export const offByOne = (body: Answer['body']): Answer['body'] => ({ ...body, sum: body.sum.map((word) => (word + 1_000_003) % P) })

// ---- looking
/** Shows the test the sums of each release that this hospital takes. */
export const showsReleases = ({ show }: HospitalTools, honest: CoordinatorLink): Partial<CoordinatorLink> => ({
  async *fetchRelease(key, signal) {
    const bytes = await collect(honest.fetchRelease(key, signal), LIMITS.stateBytes)
    const end = decode(stepEnd, bytes)
    if (end.kind === 'released') show('release', { task: end.bundle.plan.plan.task, sums: [...end.bundle.release.sums].map(Number) })
    yield* chunksOf(bytes)
  },
})
export async function releasedSums(run: AttackRun, task: string): Promise<readonly number[]> {
  const find = () => run.evidence.map((e) => (e.name === 'release' ? (e.body as { task: string; sums: number[] }) : null)).find((r) => r?.task === task)
  await run.until(() => find() !== undefined, `a release of ${task} is shown`)
  return find()?.sums ?? []
}
/** Rolls that were stated, in order. */
export const rollsOf = (run: AttackRun): readonly (readonly HospitalId[])[] =>
  run.centre().flatMap((e) => (e.kind === 'stated' ? [e.roll.map((entry) => entry.member)] : []))
/** For whom alone a step was paused, by name. */
export const pausedFor = (run: AttackRun): readonly HospitalId[] =>
  run.centre().flatMap((e) => (e.kind === 'deadlineExtended' && e.missing.length === 1 ? e.missing : []))
/** Whom the coordinator's log names for a wrong answer. */
export const blamedIn = (run: AttackRun): readonly unknown[] =>
  run
    .log('coordinator')
    .filter((line) => line.code === 'WRONG_ANSWER')
    .map((line) => line['custodian'])
/** Receipts of a member that the coordinator took, by step. */
export const takenFrom = (run: AttackRun, member: HospitalId) =>
  run.centre().flatMap((e) => (e.kind === 'contributed' && e.receipt.body.member === member ? [{ key: openingKeyText(e.key), receipt: e.receipt }] : []))
