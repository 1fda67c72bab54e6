import { element, find } from './element'
import { levers } from './levers'
import { Player } from './player'
import { type Run, runOf, runsOf } from './run'
import { openTabs } from './tabs'

const player = new Player()
const servers = await levers.premises()
const tabs = await openTabs((heard) => player.hear(heard))
// On a phone the picture must not be far below the buttons.
const isWide = matchMedia('(min-width: 60rem)').matches
for (const tab of tabs) tab.whenPressed(() => player.play(runOf(tab)))
const groups = runsOf(servers, tabs)

find('#groups').replaceChildren(
  ...groups.map(({ title, runs }, index) =>
    element(
      'details',
      { class: 'group', open: index === 0 || isWide },
      element('summary', {}, element('h3', {}, title)),
      element('div', { class: 'buttons' }, ...runs.map(buttonOf)),
    ),
  ),
)

// So that there is something to see.
const [shared] = groups
if (shared?.runs[0]) void player.play(shared.runs[0])

function buttonOf(run: Run): HTMLElement {
  const button = element('button', { type: 'button', 'data-play': run.id, 'aria-pressed': false, title: run.how }, run.title)
  button.addEventListener('click', async () => {
    await player.play(run)
    bringIntoView(find('#result'))
  })
  return button
}

/** On a phone the result is below the buttons. */
function bringIntoView(result: HTMLElement): void {
  const { top } = result.getBoundingClientRect()
  if (top >= 0 && top < innerHeight / 2) return
  result.scrollIntoView({ behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' })
}
