// 组团空刷: the cards of a group are swiped one after the other at one doctor, on several dates, sometimes at several hospitals. No care is given.
import { acuteVisit, officeMinute, pharmacyVisit, refillVisit } from '../care/outpatient.ts'
import { type ClaimDraft, swipeOnly } from '../draft.ts'
import type { Draws } from '../draws.ts'
import { falsify, type Scenario, someDay } from './scenario.ts'

const parameters = {
  meanSize: 6.4,
  smallest: 3,
  largest: 80,
  fewestDates: 3,
  mostDates: 5,
  shortestJitterMinutes: 1,
  longestJitterMinutes: 30,
  absentShare: 0.15,
  elsewhereShare: 0.25,
  cardShare: 0.6,
  unverifiedShare: 0.35,
}

/** Minutes to the next card: the square of a uniform, so that most follow within ten. */
function jitter(draws: Draws): number {
  const u = draws.uniform()
  return parameters.shortestJitterMinutes + Math.floor(u * u * (parameters.longestJitterMinutes - parameters.shortestJitterMinutes + 1))
}

export const groupSwipes: Scenario = {
  id: 'groupSwipes',
  zh: '组团空刷',
  en: 'group swipes',
  severity: 4,
  parameters,
  stage(scene) {
    const { draws, region } = scene
    const size = Math.min(parameters.largest, parameters.smallest + draws.geometric(1 / (parameters.meanSize - parameters.smallest + 1)))
    const members = draws.sample(
      scene.persons.filter((p) => p.age >= 40),
      size,
    )
    const kind = draws.int(0, 2)
    const claims: ClaimDraft[] = []
    for (let date = draws.int(parameters.fewestDates, parameters.mostDates), home = true; date > 0; date--, home = !draws.chance(parameters.elsewhereShare)) {
      const site = home ? scene.site : draws.pick(region.sites)
      const day = someDay(scene)
      let minute = officeMinute(day, draws)
      const first = claims.length
      for (const person of members) {
        if (draws.chance(parameters.absentShare)) continue
        const claim =
          kind === 0
            ? pharmacyVisit(site, person, day, draws, { minute })
            : kind === 1
              ? refillVisit(site, person, day, 28, draws, { minute })
              : acuteVisit(site, person, day, draws, { minute, dept: 'medicine' })
        claim.doctor = claims[first]?.doctor ?? claim.doctor
        claim.terminal = claims[first]?.terminal ?? claim.terminal
        swipeOnly(claim, minute)
        if (draws.chance(parameters.cardShare)) claim.certType = '03'
        if (draws.chance(parameters.unverifiedShare)) claim.idVerified = false
        claims.push(falsify('groupSwipes', scene, claim))
        minute += jitter(draws)
      }
    }
    return claims
  },
}
