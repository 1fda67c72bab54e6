import type { Act } from '../act'
import { figure } from '../figure'
import { webClient } from '../web-client'

export const oneCall: Act = {
  id: 'one-call',
  title: 'A call',
  promise: 'A fresh token goes along, and nothing else happens.',

  async run(stage) {
    const client = webClient(stage, await stage.signIn())
    const counted = stage.countFromNow()

    await client.fetch(`${stage.api.origin}/me`)

    const seen = counted()
    return [figure('requests', 1, seen.requests), figure('accepted', 1, seen.accepted), figure('token requests', 0, seen.tokenRequests)]
  },
}
