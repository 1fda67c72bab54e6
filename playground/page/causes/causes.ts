import { answers } from './answers'
import type { Cause } from './cause'
import { refresh } from './refresh'
import { sent } from './sent'
import { token } from './token'
import { way } from './way'

/** All buttons, in the groups in which the page shows them. */
export const causes: readonly { readonly title: string; readonly causes: readonly Cause[] }[] = [
  { title: 'What was sent', causes: sent },
  { title: 'The token', causes: token },
  { title: 'What the API says', causes: answers },
  { title: 'On the way', causes: way },
  { title: 'The refresh', causes: refresh },
]
