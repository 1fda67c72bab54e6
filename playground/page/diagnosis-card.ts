import type { Diagnosis } from 'authenticated-client/diagnose'
import { element } from './element'
import type { Diagnosed } from './heard'

/** Diagnoses of a run as cards: what was found fifty times stands there once, with its count. */
export class DiagnosisCards {
  readonly #list: HTMLElement
  readonly #cards = new Map<string, { readonly count: HTMLElement; times: number }>()

  constructor(list: HTMLElement) {
    this.#list = list
  }

  clear(): void {
    this.#cards.clear()
    this.#list.replaceChildren()
  }

  add(diagnosed: Diagnosed): void {
    const key = [diagnosed.of, diagnosed.status, diagnosed.diagnosis.cause].join(' ')
    const known = this.#cards.get(key)
    if (known) {
      known.times += 1
      known.count.textContent = `${known.times} × `
    } else {
      const count = element('span', { class: 'times' })
      this.#cards.set(key, { count, times: 1 })
      this.#list.append(card(diagnosed, count))
    }
  }
}

function card({ of, status, diagnosis }: Diagnosed, count: HTMLElement): HTMLElement {
  const { cause, confidence, summary, evidence, fixes, party, alternatives } = diagnosis
  return element(
    'li',
    { class: 'diagnosis', 'data-cause': cause, 'data-status': status },
    element('p', { class: 'asked' }, count, status === undefined ? of : `${status} · ${of}`),
    element('h3', {}, ...withCode(summary)),
    element('p', { class: 'labels' }, element('code', {}, cause), label(confidence), label(`who can fix it: ${partyOf(diagnosis)}`, party)),
    element('div', { class: 'reasons' }, listOf('Seen', evidence), listOf('What to do', fixes)),
    ...(alternatives.length
      ? [element('p', { class: 'alternatives' }, `Less likely: ${alternatives.map((other) => other.cause).join(', ')}`)]
      : []),
  )
}

function label(text: string, name = text): HTMLElement {
  return element('span', { class: 'label', 'data-label': name }, text)
}

function listOf(title: string, items: readonly string[]): HTMLElement {
  return element('div', {}, element('h4', {}, title), element('ul', {}, ...items.map((item) => element('li', {}, ...withCode(item)))))
}

/** What stands between back ticks, as code. */
function withCode(text: string): readonly (HTMLElement | string)[] {
  return text.split('`').map((part, index) => (index % 2 ? element('code', {}, part) : part))
}

function partyOf({ party }: Diagnosis): string {
  return { client: 'the client', 'resource server': 'the API', 'authorization server': 'the login server', network: 'the network' }[party]
}
