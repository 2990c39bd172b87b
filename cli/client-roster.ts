// consilium client roster show: the roster that this site agreed to, and the proposal that waits for a person.
import { parseAskedRoster, validSigners } from '../client/asked.ts'
import { line, type Section, say } from '../client/plain-words.ts'
import type { ClientState } from '../client/state.ts'
import { type RosterWords, rosterDecision, rosterSections } from '../client/words-roster.ts'
import { refuse } from '../core/errors.ts'
import { askedAt, askedBytes, printSections, type ShowArguments } from './client-decide.ts'
import { openSite, readJournal, readSite, type Site, timeText } from './client-site.ts'

export async function printRosters(args: ShowArguments): Promise<void> {
  const site = readSite(args.config)
  await using store = openSite(site)
  const { state } = await readJournal(store)
  printSections([...waitingSections(site, state), ...currentSections(site, state)], args.lang)
}

const own = ({ config: { hospital, policy } }: Site): Pick<RosterWords, 'hospital' | 'policy'> => ({ hospital, policy })

function waitingSections(site: Site, { roster }: ClientState): readonly Section[] {
  return askedAt(site, 'roster')
    .filter((asked) => asked.decided === null)
    .flatMap((asked) => {
      const signed = parseAskedRoster(asked.hash, askedBytes(site, asked))
      const short = asked.hash.slice(0, 16)
      const signers = validSigners(signed, signed.before ?? signed.roster)
      return [
        {
          heading: say('A PROPOSAL WAITS FOR A PERSON', '有名册提案等待批准'),
          lines: [
            line('warning', `asked since ${timeText(asked.askedMs)} UTC`, `自 ${timeText(asked.askedMs)} UTC 起等待`),
            line('fact', `consilium client roster approve --config FILE ${short}`, `批准：consilium client roster approve --config 文件 ${short}`),
            line('fact', `consilium client roster refuse --config FILE ${short}`, `拒绝：consilium client roster refuse --config 文件 ${short}`),
          ],
        },
        ...rosterSections({ ...own(site), roster: signed.roster, current: roster?.roster ?? null, previous: signed.before, signers }),
        rosterDecision(signed.roster),
      ]
    })
}

function currentSections(site: Site, { roster, enrolment }: ClientState): readonly Section[] {
  if (!enrolment) throw refuse('NOT_FOUND', 'this site is not enrolled yet')
  if (!roster) return [{ heading: say('No roster is agreed to yet.', '尚未同意任何名册。'), lines: [] }]
  return [
    { heading: say('THE ROSTER NOW', '现行名册'), lines: [] },
    ...rosterSections({ ...own(site), roster: roster.roster, current: null, previous: null, signers: null }),
  ]
}
