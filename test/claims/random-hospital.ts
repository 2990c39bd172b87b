// Seeded settlements without any meaning, dense enough that every history feature has something to see.
import { createSeededRandom, uniform } from '../../core/random.ts'
import { type Cells, claimOf, lineOf, type Tables } from './canonical-folder.ts'

const START_MS = Date.UTC(2024, 0, 1)
const time = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}+08:00`

/** `claims` settlements over `days` days from `fromDay` on, ids prefixed so that two calls never collide. */
export function randomHospital(options: { seed: string; prefix: string; claims: number; fromDay: number; days: number }): Tables {
  const random = createSeededRandom(options.seed)
  const below = (n: number): number => Math.floor(uniform(random) * n)
  const persons = Array.from(
    { length: 40 },
    (_, i): Cells => ({ person_id: `p${i}`, sex: i % 2 === 0 ? 'female' : 'male', birth_year: 1940 + i, conditions: i % 3 === 0 ? 'diabetes stroke' : '' }),
  )
  const claim: Cells[] = []
  const line: Cells[] = []
  const diagnosis: Cells[] = []
  for (let i = 0; i < options.claims; i++) {
    const id = `${options.prefix}${i}`
    const settle = START_MS + options.fromDay * 86_400_000 + below(options.days * 1440) * 60_000
    const stay = below(4) === 0 ? below(9) : -1
    const inpatient: Cells =
      stay < 0 ? {} : { visit_type: 'inpatient', admit_ts: time(settle - stay * 86_400_000), discharge_ts: time(settle), group_code: `g${below(3)}` }
    const total = 100 * below(40)
    claim.push(
      claimOf(id, {
        person_id: `p${below(40)}`,
        hospital_id: `h${below(6)}`,
        settle_ts: time(settle),
        total_amt: total,
        fund_amt: below(total + 1),
        physician_id: `d${below(4)}`,
        terminal_id: `t${below(2)}`,
        cert_type: `0${1 + below(3)}`,
        insu_region: `r${below(3)}`,
        care_region: 'r1',
        ...inpatient,
      }),
    )
    for (let j = 0; j < below(4); j++)
      line.push(
        lineOf(id, `l${j}`, {
          item_code: `i${below(4)}`,
          kind: ['drug', 'exam', 'lab', 'bed'][below(4)],
          ts: time(settle),
          amt: below(5000) - 300,
          days_supply: below(30),
        }),
      )
    for (let j = 0; j < below(3); j++) diagnosis.push({ claim_id: id, seq: j, code: `c${below(4)}` })
  }
  return { person: persons, claim, line, diagnosis, label: claim.map((c, i) => ({ entity_kind: 'claim', id: String(c['claim_id']), y: i % 7 === 0 ? 1 : 0 })) }
}
