import type { Act } from '../act'
import { figure } from '../figure'
import { slowClock } from '../slow-clock'
import { webClient } from '../web-client'

export const fiftyRefused: Act = {
  id: 'fifty-refused',
  title: 'The same on a device whose clock is slow',
  promise: 'Fifty 401s share one refresh, and all calls are sent again.',

  async run(stage) {
    const tokens = await stage.signIn()
    const client = webClient(stage, tokens, { clock: slowClock })
    await stage.untilExpired(tokens)
    const counted = stage.countFromNow()

    await Promise.allSettled(Array.from({ length: 50 }, () => client.fetch(`${stage.api.origin}/me`)))

    const seen = counted()
    return [
      figure('401s', 50, seen.unauthorized),
      figure('token requests', 1, seen.tokenRequests),
      figure('refreshes', 1, seen.refreshes),
      figure('replies', 50, seen.accepted),
    ]
  },
}
