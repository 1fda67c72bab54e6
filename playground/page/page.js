// Buttons that play an act in the server's process, and a log of what it tells. See story/told.ts for what arrives.

const log = document.querySelector('#log')
const waiting = document.querySelector('#waiting')
const cards = new Map()
log.tabIndex = 0 // What scrolls must be reachable by keyboard.

for (const act of await (await fetch('acts')).json()) {
  const card = document.querySelector('#act').content.cloneNode(true).firstElementChild
  card.querySelector('h3').textContent = act.title
  card.querySelector('p').textContent = act.promise
  const button = card.querySelector('button')
  button.setAttribute('aria-label', `Play: ${act.title}`)
  button.addEventListener('click', () => fetch(`acts/${act.id}`, { method: 'POST' }))
  document.querySelector('#acts').append(card)
  cards.set(act.id, card)
}

const show = {
  'act-started': ({ act }) => {
    setState(act.id, 'playing')
    append(element('h3', '', act.title))
  },

  line: ({ at, who, tone, text, times }) => {
    const line = element('div', `line ${tone}`)
    const what = element('span', 'text', text)
    if (times > 1) what.append(element('span', 'times', ` × ${times}`))
    line.append(element('span', 'at', `${(at / 1000).toFixed(3)} s`), element('span', 'who', who), what)
    append(line)
  },

  waiting: ({ until, remaining }) => {
    waiting.textContent = `… ${(remaining / 1000).toFixed(1)} s until ${until}`
  },

  'act-ended': ({ result }) => {
    const verdict = result.held ? 'held' : 'broken'
    setState(result.id, verdict)
    append(element('div', `result ${verdict}`, result.held ? '✓ held' : `✗ ${result.failure ?? 'broken'}`))
    showFigures(cards.get(result.id), result.figures)
  },
}

const events = new EventSource('events')
events.addEventListener('open', () => log.replaceChildren()) // Everything told so far comes again.
events.addEventListener('message', ({ data }) => {
  const told = JSON.parse(data)
  if (told.type !== 'waiting') waiting.textContent = ''
  show[told.type]?.(told)
})
events.addEventListener('error', () => {
  waiting.textContent = 'The playground has gone. Start it again and reload.'
})

function setState(id, state) {
  cards.get(id).dataset.state = state
  for (const button of document.querySelectorAll('button')) button.disabled = state === 'playing'
}

function showFigures(card, figures) {
  const rows = figures.map(({ what, promised, happened }) => {
    const row = element('tr', promised === happened ? '' : 'wrong')
    const name = element('th', '', what)
    name.scope = 'row'
    row.append(name, element('td', '', promised), element('td', '', happened))
    return row
  })
  card.querySelector('tbody').replaceChildren(...rows)
  card.querySelector('table').hidden = rows.length === 0
}

// Follows the newest line, unless the reader has scrolled up.
function append(child) {
  const follows = log.scrollTop + log.clientHeight >= log.scrollHeight - 40
  log.append(child)
  if (follows) log.scrollTop = log.scrollHeight
}

function element(name, className, text = '') {
  const made = document.createElement(name)
  made.className = className
  made.textContent = text
  return made
}
