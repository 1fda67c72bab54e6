import { DiagnosisCards } from './diagnosis-card'
import { element, find } from './element'
import type { Heard } from './heard'
import type { Run } from './run'
import { decisionsOf } from './timeline/decisions'
import { drawTimeline } from './timeline/draw-timeline'

/** Plays one run at a time, and shows it while it happens. */
export class Player {
  readonly #result = find('#result')
  readonly #chart = find('#chart')
  readonly #cards = new DiagnosisCards(find('#diagnoses'))
  #run: Heard[] = []
  #isPlaying = false

  hear(heard: Heard): void {
    if (!this.#isPlaying) return
    this.#run.push(heard)
    if (heard.what.type === 'diagnosed') this.#cards.add(heard.what)
  }

  async play({ id, title, how, play }: Run): Promise<void> {
    if (this.#isPlaying) return
    this.#begin(id, title, how)
    await play((heard) => this.hear(heard)).catch((error: unknown) => this.#fail(error))
    await new Promise((resolve) => setTimeout(resolve)) // Events are told a moment after what they tell of.
    this.#isPlaying = false
    this.#draw(true)
    find('#nothing').hidden = find('#diagnoses').childElementCount > 0
    const decisions = decisionsOf(this.#run).map(({ times, text }) => element('li', {}, times > 1 ? `${times} × ${text}` : text))
    find('#decisions').replaceChildren(...decisions)
    find('#decided').hidden = decisions.length === 0
    find('#announced').textContent = this.#chart.getAttribute('aria-label') // Once, and not for each frame.
    this.#result.dataset.state = 'settled'
  }

  #begin(id: string, title: string, how: string): void {
    this.#isPlaying = true
    this.#run = []
    this.#cards.clear()
    this.#result.dataset.run = id
    this.#result.dataset.state = 'playing'
    find('#run-title').textContent = title
    find('#run-how').textContent = how
    find('#nothing').hidden = true
    find('#decided').hidden = true
    for (const button of document.querySelectorAll<HTMLElement>('[data-play]')) {
      button.setAttribute('aria-pressed', String(button.dataset.play === id))
    }
    // Often enough to watch, and not so often that drawing takes the time that is drawn.
    const redraw = (): void => {
      if (!this.#isPlaying) return
      this.#draw(false)
      setTimeout(redraw, 100)
    }
    redraw()
  }

  #draw(isOver: boolean): void {
    drawTimeline(find('#figures'), this.#chart, this.#run, isOver)
  }

  #fail(error: unknown): void {
    find('#diagnoses').append(
      element('li', { class: 'broken' }, `The experiment broke: ${error instanceof Error ? error.message : String(error)}`),
    )
  }
}
