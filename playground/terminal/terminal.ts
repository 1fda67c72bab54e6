import picocolors from 'picocolors'
import type { ActResult } from '../story/act'
import { isHeld } from '../story/figure'
import type { Told } from '../story/told'
import { resultTable } from './result-table'
import { styledLine } from './styled-line'

export interface Output {
  readonly isTTY?: boolean | undefined
  write(text: string): unknown
}

/** Shows what is told, line by line; in colour where there are colours. */
export class Terminal {
  readonly #output: Output
  readonly #colors
  #acts = 0
  #waitingFor: string | undefined

  constructor(output: Output) {
    this.#output = output
    this.#colors = picocolors.createColors(output.isTTY === true && !process.env.NO_COLOR)
  }

  show(told: Told): void {
    const { bold, dim } = this.#colors
    if (told.type !== 'waiting') this.#stopWaiting()
    switch (told.type) {
      case 'act-started':
        this.#waitingFor = undefined
        this.print(`\n${bold(`${++this.#acts}  ${told.act.title}`)}\n   ${dim(told.act.promise)}`)
        break
      case 'line':
        this.print(styledLine(told, this.#colors))
        break
      case 'waiting':
        this.#wait(told.until, (told.remaining / 1000).toFixed(1))
        break
      case 'act-ended':
        this.print(`   ${this.#verdict(told.result)}`)
    }
  }

  showResults(results: readonly ActResult[]): void {
    const held = results.filter((result) => result.held).length
    this.print(`\n${resultTable(results, this.#colors)}\n\n${held} of ${results.length} promises kept.`)
  }

  print(text: string): void {
    this.#output.write(`${text}\n`)
  }

  #verdict({ held, failure, figures }: ActResult): string {
    if (held) return this.#colors.green('✓ kept')
    const broken = figures
      .filter((figure) => !isHeld(figure))
      .map(({ what, promised, happened }) => `${what}: ${happened}, not ${promised}`)
    return this.#colors.red(`✗ ${failure ?? broken.join('; ')}`)
  }

  // One line that is written over and over; a file or a pipe gets it once.
  #wait(until: string, seconds: string): void {
    const line = this.#colors.dim(`${' '.repeat(21)}… ${seconds} s until ${until}`)
    if (this.#output.isTTY) this.#output.write(`\r\x1b[2K${line}`)
    else if (this.#waitingFor !== until) this.print(line)
    this.#waitingFor = until
  }

  #stopWaiting(): void {
    if (this.#waitingFor !== undefined && this.#output.isTTY) this.#output.write('\r\x1b[2K')
  }
}
