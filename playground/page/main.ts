import { element, find } from './element'
import { levers } from './levers'
import { Player } from './player'
import { type Run, runOf, runsOf } from './run'
import { openTabs } from './tabs'

const player = new Player()
await open().catch((error: unknown) => {
  const why = error instanceof Error ? error.message : String(error)
  find('#groups').replaceChildren(element('p', { class: 'broken', role: 'alert' }, `The tabs could not sign in: ${why}`))
})

async function open(): Promise<void> {
  const servers = await levers.premises()
  const tabs = await openTabs((heard) => player.hear(heard))
  for (const tab of tabs) tab.whenPressed(() => press(runOf(tab)))
  const groups = runsOf(servers, tabs)
  // On a phone the picture must not be far below the buttons.
  const isWide = matchMedia('(min-width: 60rem)').matches

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
}

function buttonOf(run: Run): HTMLElement {
  const button = element('button', { type: 'button', 'data-play': run.id, title: run.how }, run.title)
  button.addEventListener('click', () => press(run))
  return button
}

function press(run: Run): void {
  void player.play(run)
  bringIntoView(find('#result'))
}

/** On a phone the result is below the buttons: it comes up at once, so that one can watch. */
function bringIntoView(result: HTMLElement): void {
  const { top } = result.getBoundingClientRect()
  if (top >= 0 && top < innerHeight / 2) return
  result.scrollIntoView({ behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' })
}
