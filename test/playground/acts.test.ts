import { expect, it, onTestFinished, vi } from 'vitest'
import { fiftyAtOnce } from '../../playground/story/acts/fifty-at-once'
import { fiftyRefused } from '../../playground/story/acts/fifty-refused'
import { late401 } from '../../playground/story/acts/late-401'
import { oneCall } from '../../playground/story/acts/one-call'
import { outage } from '../../playground/story/acts/outage'
import { postReplayed } from '../../playground/story/acts/post-replayed'
import { service } from '../../playground/story/acts/service'
import { twoClients } from '../../playground/story/acts/two-clients'
import { playAct } from '../../playground/story/play-act'
import { Stage } from '../../playground/story/stage'

const acts = [oneCall, fiftyAtOnce, fiftyRefused, late401, postReplayed, outage, twoClients, service]

it('calls an act held only if the app had its answers, whatever the servers have counted', async () => {
  const stages = await Promise.all(acts.map(() => Stage.build(() => {})))
  loseGoodAnswersOf(stages.map((stage) => stage.api.origin))

  const results = await Promise.all(acts.map((act, index) => playAct(act, stages[index] as Stage)))
  await Promise.all(stages.map((stage) => stage.close()))

  const answers = results.map(({ figures }) => figures.find(({ what }) => what.startsWith('calls answered')))
  expect(answers.map((figure) => figure?.happened)).toEqual(acts.map(() => 0))
  expect(results.map(({ held }) => held)).toEqual(acts.map(() => false))
})

/** What the API has done is done, and on the way back a proxy breaks. */
function loseGoodAnswersOf(origins: readonly string[]): void {
  const real = globalThis.fetch
  vi.stubGlobal('fetch', async (...request: Parameters<typeof fetch>) => {
    const response = await real(...request)
    const isFromThem = origins.some((origin) => String(request[0]).startsWith(origin))
    return isFromThem && response.ok ? new Response(null, { status: 502 }) : response
  })
  onTestFinished(() => void vi.unstubAllGlobals())
}
