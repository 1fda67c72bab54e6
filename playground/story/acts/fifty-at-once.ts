import type { Act } from '../act'
import { answered } from '../answered'
import { figure } from '../figure'
import { webClient } from '../web-client'

export const fiftyAtOnce: Act = {
  id: 'fifty-at-once',
  title: 'Fifty calls at once with an expired token',
  promise: 'One refresh comes first, for all of them; then they are sent, and all are answered.',

  async run(stage) {
    const tokens = await stage.signIn()
    const client = webClient(stage, tokens)
    await stage.untilExpired(tokens)
    const counted = stage.countFromNow()

    const replies = await answered(...Array.from({ length: 50 }, () => client.fetch(`${stage.api.origin}/me`)))

    const seen = counted()
    return [
      figure('calls answered', 50, replies),
      figure('requests accepted', 50, seen.accepted),
      figure('token requests', 1, seen.tokenRequests),
      figure('refreshes', 1, seen.refreshes),
      figure('401s', 0, seen.unauthorized),
    ]
  },
}
