import type { Act } from '../act'
import { answered } from '../answered'
import { figure } from '../figure'
import { slowClock } from '../slow-clock'
import { webClient } from '../web-client'

export const fiftyRefused: Act = {
  id: 'fifty-refused',
  title: 'Fifty calls at once on a device whose clock is slow',
  promise: 'The client takes the expired token for a good one: fifty 401s share one refresh, and all calls are sent again.',

  async run(stage) {
    const tokens = await stage.signIn()
    const client = webClient(stage, tokens, { clock: slowClock })
    await stage.untilExpired(tokens)
    const counted = stage.countFromNow()

    const replies = await answered(...Array.from({ length: 50 }, () => client.fetch(`${stage.api.origin}/me`)))

    const seen = counted()
    return [
      figure('401s', 50, seen.unauthorized),
      figure('token requests', 1, seen.tokenRequests),
      figure('refreshes', 1, seen.refreshes),
      figure('calls answered', 50, replies),
      figure('requests accepted', 50, seen.accepted),
    ]
  },
}
