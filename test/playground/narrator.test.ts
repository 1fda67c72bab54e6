import type { ClientEvent } from 'authenticated-client'
import { expect, it } from 'vitest'
import { Narrator } from '../../playground/story/narrator'
import type { Told } from '../../playground/story/told'

it('tells nothing of the decision on an answer that is not about credentials: the answer has said it', () => {
  const decision = { type: 'decision', call: 0, attempt: 0, action: 'return', row: 2, cause: 'credentials', at: 0 } as const

  const told = toldOf([
    { type: 'response', call: 0, attempt: 0, status: 200, challenges: [], at: 0 },
    { ...decision, reason: 'not about credentials' },
    { ...decision, row: 17, action: 'refresh', reason: 'invalid_token' },
  ])

  expect(told.flatMap((one) => (one.type === 'line' ? one.text : []))).toEqual([
    '200',
    'refresh: invalid_token (row 17 of the decision table)',
    'the end',
  ])
})

function toldOf(events: readonly ClientEvent[]): readonly Told[] {
  const told: Told[] = []
  const narrator = new Narrator((one) => void told.push(one))
  for (const event of events) narrator.hear({ type: 'client-event', at: 0, client: 'web app', event })
  narrator.hear({ type: 'said', at: 0, text: 'the end' }) // Which ends the silence that lines are folded in.
  return told
}
