// The three state machines against events in any order, real and nearly real: each event is refused by code or taken; what is taken is journalled,
// read back and replayed to the same state; the state before is not touched; and what is owed and asked afterwards can be said without a fault.
import { isDeepStrictEqual } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { clientEvent } from '../../../client/events.ts'
import { dutiesOf } from '../../../client/index.ts'
import { initialState as clientStart } from '../../../client/state.ts'
import { step as clientStep } from '../../../client/step.ts'
import { coordinatorEvent } from '../../../coordinator/events.ts'
import { asksFor } from '../../../coordinator/index.ts'
import { owed } from '../../../coordinator/owed.ts'
import { initialState as centreStart } from '../../../coordinator/state.ts'
import { step as centreStep } from '../../../coordinator/step.ts'
import { type Codec, decode, encode } from '../../../core/codec.ts'
import { isRefusal } from '../../../core/errors.ts'
import type { HospitalId } from '../../../core/ids.ts'
import { applyCustody, custodyEvent, emptyCustody } from '../../../privacy/custodian/index.ts'
import { SMALL_IDS } from '../../federation/small.ts'
import { type Corpus, makeCorpus } from './corpus.ts'
import { createDice, mutate } from './mutations.ts'

const SEQUENCE = 12
let corpus: Corpus
beforeAll(async () => {
  corpus = await makeCorpus()
}, 120_000)

interface Subject<State, Event> {
  readonly name: string
  readonly start: State
  readonly codec: Codec<Event>
  readonly step: (state: State, event: Event, nowMs: number) => State
  /** Journals of real runs. */
  readonly journals: readonly (readonly Event[])[]
  /** What follows from a state, whatever it is. */
  readonly look: (state: State) => void
}

/** Coded refusals alone. */
function guarded<T>(call: () => T): T | null {
  try {
    return call()
  } catch (error) {
    if (isRefusal(error) && error.code !== 'INTERNAL') return null
    throw error
  }
}

function fuzzMachine<State, Event extends { readonly kind: string }>(subject: Subject<State, Event>, cases: number): void {
  const { start, codec, step, journals, look, name } = subject
  const dice = createDice(4242 + name.length)
  const prefixes = journals.map((journal) => {
    const states = [start]
    for (const event of journal) states.push(step(states.at(-1) as State, event, 0))
    return states
  })
  const events = journals.flat()
  const encoded = events.map((event) => encode(codec, event))
  const spoilt = (): Event | null => {
    const [a, b] = [dice(encoded.length), dice(encoded.length)]
    return guarded(() => decode(codec, mutate(encoded[a] as Uint8Array, encoded[b] as Uint8Array, dice)))
  }
  const count = { cases: 0, taken: 0, sequences: 0 }
  while (count.cases < cases) {
    const j = dice(prefixes.length)
    const states = prefixes[j] as readonly State[]
    const journal = journals[j] as readonly Event[]
    // The next real events, out of order, twice, or others.
    const from = dice(states.length)
    const before = states[from] as State
    const untouched = count.sequences % 40 === 0 ? structuredClone(before) : null
    const taken: { readonly body: Uint8Array; readonly nowMs: number }[] = []
    let state = before
    for (let k = 0; k < SEQUENCE; k++) {
      const which = dice(4)
      const event = which === 0 ? spoilt() : which === 1 ? (events[dice(events.length)] as Event) : journal[(from + dice(8)) % journal.length]
      count.cases++
      if (!event) continue
      const nowMs = 1000 * k
      const next = guarded(() => step(state, event, nowMs))
      if (next === null) continue
      if (next !== state) taken.push({ body: encode(codec, event), nowMs })
      state = next
      count.taken++
    }
    guarded(() => look(state))
    count.sequences++
    if (!untouched) continue
    expect(isDeepStrictEqual(structuredClone(before), untouched), `${name}: the state before was changed`).toBe(true)
    // From what the journal holds: every entry is acceptable again, and gives the same state.
    const replayed = taken.reduce((at, { body, nowMs }) => step(at, decode(codec, body), nowMs), before)
    expect(isDeepStrictEqual(structuredClone(replayed), structuredClone(state)), `${name}: a replay gives another state`).toBe(true)
  }
  expect(count.taken).toBeGreaterThan(count.cases / 20)
  console.info(`${name.padEnd(32)} ${String(count.cases).padStart(8)} ${String(count.taken).padStart(8)} taken, ${count.sequences} sequences`)
}

test('the coordinator’s step', () => {
  const look = (state: typeof centreStart): void => {
    owed(state, 0)
    owed(state, Number.MAX_SAFE_INTEGER)
    for (const id of SMALL_IDS) asksFor(state, id)
  }
  fuzzMachine({ name: 'coordinator', start: centreStart, codec: coordinatorEvent, step: centreStep, journals: [corpus.centre], look }, 120_000)
}, 300_000)

test('a hospital’s step', () => {
  const asked = SMALL_IDS.flatMap((id: HospitalId) =>
    asksFor(
      corpus.centre.reduce((s, e) => centreStep(s, e, 0), centreStart),
      id,
    ),
  )
  const look = (state: typeof clientStart): void => void dutiesOf(state, asked)
  fuzzMachine({ name: 'client', start: clientStart, codec: clientEvent, step: clientStep, journals: [...corpus.sites.values()], look }, 120_000)
}, 300_000)

test('custody', () => {
  fuzzMachine({ name: 'custody', start: emptyCustody, codec: custodyEvent, step: applyCustody, journals: corpus.custody, look: () => undefined }, 120_000)
}, 300_000)
