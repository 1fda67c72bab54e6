import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
import type { Act, ActResult } from './act'
import { type Figure, isHeld } from './figure'
import type { Stage } from './stage'

/** Plays one act. If it throws or never ends, its promise is broken, and the story goes on. */
export async function playAct(act: Act, stage: Stage): Promise<ActResult> {
  const { id, title, promise } = act
  const startedAt = stage.now
  stage.tell({ type: 'act-started', at: startedAt, act: { id, title, promise } })

  const end = await figuresOf(act, stage).catch((error: unknown) => ({ figures: [], failure: String(error) }))
  await turn() // A client's events come a moment later than what they tell of.
  stage.clear()

  const held = end.failure === undefined && end.figures.length > 0 && end.figures.every(isHeld)
  const result: ActResult = { id, title, held, took: stage.now - startedAt, ...end }
  stage.tell({ type: 'act-ended', at: stage.now, result })
  return result
}

async function figuresOf(act: Act, stage: Stage): Promise<{ figures: readonly Figure[]; failure?: string }> {
  const patience = new AbortController()
  const tooLong = pause(30_000, undefined, { signal: patience.signal }).then(() => {
    throw new Error('The act did not come to its end')
  })
  try {
    return { figures: await Promise.race([act.run(stage), tooLong]) }
  } finally {
    patience.abort()
    tooLong.catch(() => undefined)
  }
}
