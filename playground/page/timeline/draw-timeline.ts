import { element } from '../element'
import { type Heard, timeNow } from '../heard'
import { drawLane } from './draw-lane'
import { figuresOf } from './figures'
import { type Lane, lanesOf } from './lanes'
import { placed, placedWithText } from './placed'
import { type Refresh, refreshesOf } from './refreshes'
import { type Scale, scaleOf } from './scale'
import { type TokenBar, tokenBarsOf } from './token-bars'

/** A run as one picture: time goes right, each call is a lane, and what the lanes share goes through all of them. */
export function drawTimeline(figures: HTMLElement, chart: HTMLElement, run: readonly Heard[], isOver: boolean): void {
  const lanes = lanesOf(run)
  const refreshes = refreshesOf(run, lanes)
  const start = run[0]?.at ?? timeNow()
  const scale = scaleOf(start, isOver ? Math.max(start, ...run.map(({ at }) => at)) : timeNow())
  const counted = figuresOf(lanes, refreshes)

  figures.replaceChildren(
    ...counted.map(({ count, of }) =>
      element('li', { class: of.startsWith('refresh') ? 'shared' : '' }, element('strong', {}, String(count)), ` ${of}`),
    ),
  )
  chart.setAttribute('aria-label', `Timeline: ${counted.map(({ count, of }) => `${count} ${of}`).join(', ')}.`)
  chart.replaceChildren(
    row('axis', '', ...scale.ticks.map((tick) => drawTick(tick, scale.at(start + tick)))),
    row('tokens', 'Access token', ...tokenBarsOf(run).map((bar) => drawBar(bar, scale))),
    row('login', 'Login server', ...refreshes.map((refresh) => drawRefresh(refresh, scale))),
    ...groupsOf(lanes).map(([who, own]) => drawGroup(who, own, refreshes, scale)),
    element('div', { class: 'bands' }, ...refreshes.map((refresh) => drawBand(refresh, scale))),
  )
}

/** One near the right edge, where its text may have no room, is `late`: a phone leaves it out. */
function drawTick(tick: number, at: number): HTMLElement {
  return placed(element('span', { class: at > 75 ? 'late' : '' }, inUnits(tick)), at)
}

function row(name: string, label: string, ...marks: readonly HTMLElement[]): HTMLElement {
  return element('div', { class: `row ${name}` }, element('span', { class: 'who' }, label), element('div', { class: 'track' }, ...marks))
}

function drawGroup(who: string, lanes: readonly Lane[], refreshes: readonly Refresh[], scale: Scale): HTMLElement {
  const size = lanes.length > 30 ? 'tiny' : lanes.length > 12 ? 'small' : lanes.length > 4 ? 'middle' : 'large'
  const drawn = row(`lanes ${size}`, who, ...lanes.map((lane) => drawLane(lane, refreshes, scale)))
  const calls = lanes.length === 1 ? (lanes[0]?.label ?? '') : `${lanes.length} calls`
  drawn.firstElementChild?.append(element('small', {}, calls))
  return drawn
}

function drawBar({ number, from, to, ended, lives }: TokenBar, scale: Scale): HTMLElement {
  const left = lives === undefined ? '' : lives > 0 ? ` · lives ${inUnits(lives, 1_000)}` : ' · expired'
  const name = `no. ${number}`
  const more = ended ? ` · ${ended}` : left
  const bar = element('span', { class: to === undefined ? 'held' : 'replaced', title: name + more }, name, element('small', {}, more))
  return (to === undefined ? placedWithText : placed)(bar, scale.at(from), scale.width(from, to))
}

function drawRefresh({ from, to, failed, sharedBy }: Refresh, scale: Scale): HTMLElement {
  const took = to === undefined ? '…' : ` · ${inUnits(to - from, 1)}`
  const text = `${failed ? 'refresh failed' : '1 refresh'}${took}`
  const shared = sharedBy.length > 1 ? ` · for ${sharedBy.length} calls` : ''
  const bar = element('span', { class: failed ? 'failed' : '', title: text + shared }, text, element('small', {}, shared))
  return placedWithText(bar, scale.at(from), scale.width(from, to))
}

function drawBand({ from, to, failed, sharedBy }: Refresh, scale: Scale): HTMLElement {
  const band = element('div', { class: failed ? 'band failed' : 'band', 'data-refresh': true, 'data-shared-by': sharedBy.length })
  return placed(band, scale.at(from), scale.width(from, to))
}

function groupsOf(lanes: readonly Lane[]): readonly (readonly [string, readonly Lane[]])[] {
  const names = [...new Set(lanes.map(({ who }) => who))].sort()
  return names.map((who) => [who, lanes.filter((lane) => lane.who === who)])
}

function inUnits(milliseconds: number, secondsFrom = 1_000): string {
  return Math.abs(milliseconds) >= Math.max(secondsFrom, 1_000)
    ? `${Math.round(milliseconds / 100) / 10} s`
    : `${Math.round(milliseconds)} ms`
}
