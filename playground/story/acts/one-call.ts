import type { Act } from '../act'
import { answered } from '../answered'
import { figure } from '../figure'
import { webClient } from '../web-client'

export const oneCall: Act = {
  id: 'one-call',
  title: 'One call with a fresh token',
  promise: 'The token goes along, and nothing else happens.',

  async run(stage) {
    const client = webClient(stage, await stage.signIn())
    const counted = stage.countFromNow()

    const replies = await answered(client.fetch(`${stage.api.origin}/me`))

    const seen = counted()
    return [
      figure('calls answered', 1, replies),
      figure('requests', 1, seen.requests),
      figure('requests accepted', 1, seen.accepted),
      figure('token requests', 0, seen.tokenRequests),
    ]
  },
}
