import type { Exchange } from './exchange'

/**
 * Fields of an answer without its status line, as browsers’ developer tools show them and people paste them: `WWW-Authenticate` has to be
 * one of them. Where no status is said they are taken for those of a 401, or of a 403 where a scope was missing (RFC 6750 §3.1).
 */
export function readLoneFields(text: string): Exchange | undefined {
  if (/^[<>*] /m.test(text)) return undefined // A transcript of curl's.
  const lines = isChallengeBelow.test(text) ? text.replace(valueBelow, '$1: ') : text
  const fields = [...lines.matchAll(field)].map(([, name = '', value = '']) => [name, value] as const)
  const challenge = fields.find(([name, value]) => /^www-authenticate$/i.test(name) && value)?.[1]
  if (challenge === undefined) return undefined
  const said = statusLine.exec(text)?.[1]
  const status = Number(said ?? (/\binsufficient_scope\b/.test(challenge) ? 403 : 401))
  return { taken: said === undefined ? `its fields alone, taken for those of a ${status}` : undefined, response: { status, fields } }
}

const field = /^[ \t]*([\w!#$%&'*+.^`|~-]+):[ \t]*(.*?)[ \t\r]*$/gm
/** Chrome puts name and value on a line each. Below an empty field stands the next one. */
const isChallengeBelow = /^[ \t]*www-authenticate:?[ \t]*\n[ \t]*(?=\S)(?![\w-]+:)/im
/** By its colon, or as one that the diagnosis knows. */
const valueBelow =
  /^[ \t]*([\w-]+(?=:)|www-authenticate|date|age|via|server|x-cache|cf-ray|content-type|cache-control|location|dpop-nonce|access-control-[a-z-]+):?[ \t]*\n[ \t]*(?=\S)(?![\w-]+:(?!\/\/))/gim
const statusLine = /^[ \t]*:?status(?:[ -]code)?:?\s+(\d{3})\b/im
