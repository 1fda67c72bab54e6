import type { Act } from './act'
import { fiftyAtOnce } from './acts/fifty-at-once'
import { fiftyRefused } from './acts/fifty-refused'
import { late401 } from './acts/late-401'
import { oneCall } from './acts/one-call'
import { outage } from './acts/outage'
import { postReplayed } from './acts/post-replayed'
import { revoked } from './acts/revoked'
import { service } from './acts/service'
import { signIn } from './acts/sign-in'
import { twoClients } from './acts/two-clients'

/** The whole story. Each act brings its own session, so each can be played alone. */
export const acts: readonly Act[] = [
  signIn,
  oneCall,
  fiftyAtOnce,
  fiftyRefused,
  late401,
  postReplayed,
  outage,
  twoClients,
  service,
  revoked,
]
