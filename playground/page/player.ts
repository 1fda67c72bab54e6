import { DiagnosisCards } from './diagnosis-card'
import { element, find } from './element'
import type { Heard } from './heard'
import type { Run } from './run'
import { decisionsOf, hadNothingToRefresh } from './timeline/decisions'
import { drawTimeline } from './timeline/draw-timeline'

/** Plays one run at a time, and shows it while it happens. Of those that are asked for meanwhile, the last comes next. */
export class Player {
  readonly #result = find('#result')
  readonly #chart = find('#chart')
  readonly #cards = new DiagnosisCards(find('#diagnoses'))
  #run: Heard[] = []
  #isPlaying = false
  #next: Run | undefined
  #playing: Promise<void> | undefined

  hear(heard: Heard): void {
    if (!this.#isPlaying) return
    this.#run.push(heard)
    if (heard.what.type === 'diagnosed') this.#cards.add(heard.what)
  }

  play(run: Run): Promise<void> {
    this.#next = run
    mark('data-next', this.#playing && run.id)
    if (this.#playing) find('#announced').textContent = `${run.title}: comes next.`
    this.#playing ??= this.#playAll().finally(() => {
      this.#playing = undefined
    })
    return this.#playing
  }

  async #playAll(): Promise<void> {
    for (let run = this.#next; run; run = this.#next) {
      this.#next = undefined
      mark('data-next', undefined)
      await this.#playOne(run)
    }
  }

  async #playOne({ id, title, how, play }: Run): Promise<void> {
    this.#begin(id, title, how)
    await play((heard) => this.hear(heard)).catch((error: unknown) => this.#fail(error))
    await new Promise((resolve) => setTimeout(resolve)) // Events are told a moment after what they tell of.
    this.#isPlaying = false
    this.#draw(true)
    find('#nothing').hidden = find('#diagnoses').childElementCount > 0
    const decisions = decisionsOf(this.#run).map(({ times, text }) => element('li', {}, times > 1 ? `${times} × ${text}` : text))
    find('#decisions').replaceChildren(...decisions)
    find('#decided').hidden = decisions.length === 0
    if (hadNothingToRefresh(this.#run)) find('#run-how').append(' This client has no refresh token, so the first answer comes back.')
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
    mark('aria-current', id)
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
      element('li', { class: 'broken' }, `The experiment failed: ${error instanceof Error ? error.message : String(error)}`),
    )
  }
}

/** Marks the button of one run, and of no other. */
function mark(attribute: string, id: string | undefined): void {
  for (const button of document.querySelectorAll<HTMLElement>('[data-play]')) {
    if (button.dataset.play === id) button.setAttribute(attribute, 'true')
    else button.removeAttribute(attribute)
  }
}
