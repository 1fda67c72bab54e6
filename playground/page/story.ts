import type { Act, ActResult } from '../story/act'
import type { Told } from '../story/told'
import { element, find } from './element'

// Buttons that play an act in the server's process, and a log of what it tells. See story/told.ts for what arrives.

type Announced = Pick<Act, 'id' | 'title' | 'promise'>

const log = find('#log')
const waiting = find('#waiting')
const cards = new Map<string, HTMLElement>()
log.tabIndex = 0 // What scrolls must be reachable by keyboard.

for (const act of (await (await fetch('acts')).json()) as readonly Announced[]) {
  const card = find('.act', find<HTMLTemplateElement>('#act').content).cloneNode(true) as HTMLElement
  find('h3', card).textContent = act.title
  find('p', card).textContent = act.promise
  const button = find('button', card)
  button.setAttribute('aria-label', `Play: ${act.title}`)
  button.addEventListener('click', () => void fetch(`acts/${act.id}`, { method: 'POST' }))
  find('#acts').append(card)
  cards.set(act.id, card)
}

const events = new EventSource('events')
events.addEventListener('open', () => {
  find('#gone').hidden = true
  log.replaceChildren() // Everything told so far comes again.
})
events.addEventListener('message', ({ data }) => show(JSON.parse(data) as Told))
events.addEventListener('error', () => {
  find('#gone').hidden = false
  waiting.textContent = ''
})

function show(told: Told): void {
  waiting.textContent = told.type === 'waiting' ? `… ${(told.remaining / 1000).toFixed(1)} s until ${told.until}` : ''
  if (told.type === 'act-started') {
    setState(told.act.id, 'playing')
    append(element('h3', {}, told.act.title))
  } else if (told.type === 'line') {
    const what = element('span', { class: 'text' }, told.text)
    if (told.times > 1) what.append(element('span', { class: 'times' }, ` × ${told.times}`))
    const at = element('span', { class: 'at' }, `${(told.at / 1000).toFixed(3)} s`)
    append(element('div', { class: `line ${told.tone}` }, at, element('span', { class: 'who' }, told.who), what))
  } else if (told.type === 'act-ended') {
    const { result } = told
    const verdict = result.held ? 'held' : 'broken'
    setState(result.id, verdict)
    append(element('div', { class: `result ${verdict}` }, result.held ? '✓ kept' : `✗ ${result.failure ?? 'broken'}`))
    // Read out once, instead of each line of the log.
    find('#verdict').textContent = `${result.title}: ${result.failure ?? (result.held ? 'kept' : 'broken')}`
    showFigures(result)
  }
}

function setState(id: string, state: 'playing' | 'held' | 'broken'): void {
  const card = cards.get(id)
  if (card) card.dataset.state = state
  for (const button of document.querySelectorAll<HTMLButtonElement>('.act button')) button.disabled = state === 'playing'
}

function showFigures({ id, figures }: ActResult): void {
  const card = cards.get(id)
  if (!card) return
  const rows = figures.map(({ what, promised, happened }) =>
    element(
      'tr',
      { class: promised === happened ? '' : 'wrong' },
      element('th', { scope: 'row' }, what),
      element('td', {}, String(promised)),
      element('td', {}, String(happened)),
    ),
  )
  find('tbody', card).replaceChildren(...rows)
  find('table', card).hidden = rows.length === 0
}

// Follows the newest line, unless the reader has scrolled up.
function append(child: HTMLElement): void {
  const follows = log.scrollTop + log.clientHeight >= log.scrollHeight - 40
  log.append(child)
  if (follows) log.scrollTop = log.scrollHeight
}
