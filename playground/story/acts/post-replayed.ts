import type { Act } from '../act'
import { answered } from '../answered'
import { figure } from '../figure'
import { slowClock } from '../slow-clock'
import { webClient } from '../web-client'

export const postReplayed: Act = {
  id: 'post-replayed',
  title: 'A POST with a body and an expired token',
  promise: 'The whole body arrives twice and is processed once.',

  async run(stage) {
    const { api } = stage
    const tokens = await stage.signIn()
    const client = webClient(stage, tokens, { clock: slowClock })
    await stage.untilExpired(tokens)
    const counted = stage.countFromNow()

    const note = { method: 'POST', headers: { 'idempotency-key': 'note-1' }, body: 'a'.repeat(10_000) }
    const replies = await answered(client.fetch(`${api.origin}/notes`, note))

    const seen = counted()
    const [refused, taken] = api.requests.slice(-2)
    return [
      figure('bytes in the refused request', 10_000, refused?.bodySize ?? 0),
      figure('bytes in the request sent again', 10_000, taken?.bodySize ?? 0),
      figure('its idempotency key, sent again', 'note-1', taken?.idempotencyKey ?? 'none'),
      figure('calls answered', 1, replies),
      figure('notes saved', 1, seen.notes),
      figure('refreshes', 1, seen.refreshes),
    ]
  },
}
