import { element } from '../element'
import type { Lane } from './lanes'
import { placed, placedWithText } from './placed'
import type { Refresh } from './refreshes'
import type { Scale } from './scale'

/** One call as a line: stretches of time, a mark for each refusal, and one for how it ended. */
export function drawLane(lane: Lane, refreshes: readonly Refresh[], scale: Scale): HTMLElement {
  const refresh = refreshes.findIndex(({ sharedBy }) => sharedBy.includes(lane))
  const drawn = element('div', { class: 'lane', 'data-call': lane.call, 'data-shares': refresh < 0 ? undefined : refresh + 1 })
  for (const { kind, from, to } of lane.stretches)
    drawn.append(placed(element('span', { class: kind }), scale.at(from), scale.width(from, to)))
  // The one that the app got is the end of the lane.
  const refusals = lane.refusals.filter(({ status }, index) => index < lane.refusals.length - 1 || status !== lane.end?.outcome)
  for (const { at, status } of refusals) drawn.append(placed(element('span', { class: 'refusal' }, String(status)), scale.at(at)))
  if (lane.end) {
    const { at, outcome } = lane.end
    const isGood = typeof outcome === 'number' && outcome < 300
    drawn.dataset.outcome = String(outcome)
    const isNamed = typeof outcome === 'string'
    const end = element(
      'span',
      { class: isGood ? 'end good' : isNamed ? 'end bad named' : 'end bad', title: String(outcome) },
      String(outcome),
    )
    drawn.append(isNamed ? placedWithText(end, scale.at(at)) : placed(end, scale.at(at)))
  }
  return drawn
}
