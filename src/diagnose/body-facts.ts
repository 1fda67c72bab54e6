/** What kind of body it is, and the words of it that name a cause: codes and short messages, never the whole. */
export interface BodyFacts {
  readonly kind: 'unknown' | 'empty' | 'html' | 'json' | 'problem' | 'graphql' | 'text'
  /** `error`, `code`, `title`, `type` and `message` fields, joined and cut short. */
  readonly words: string
}

export function bodyFacts(body: string | undefined, contentType = ''): BodyFacts {
  if (body === undefined)
    return { kind: /html/.test(contentType) ? 'html' : /problem\+json/.test(contentType) ? 'problem' : 'unknown', words: '' }
  if (!body.trim()) return { kind: 'empty', words: '' }
  try {
    const { errors, ...fields } = Object(JSON.parse(body))
    if (Array.isArray(errors)) {
      const codes = errors.map((error) => [Object(Object(error).extensions).code, Object(error).message])
      return { kind: 'graphql', words: wordsOf(codes.flat()) }
    }
    const { error, code, title, type, message, detail, error_description } = fields
    const nested = Object(error)
    const words = wordsOf([error, code, title, type, message, detail, error_description, nested.code, nested.message])
    return { kind: /problem\+json/.test(contentType) ? 'problem' : 'json', words }
  } catch {
    return /<!doctype|<html/i.test(body)
      ? { kind: 'html', words: wordsOf([/<title>([^<]*)/i.exec(body)?.[1]]) }
      : { kind: 'text', words: wordsOf([body.slice(0, 200)]) }
  }
}

const longest = 300

function wordsOf(values: readonly unknown[]): string {
  const words = values.filter((value) => typeof value === 'string').join(' · ')
  // What looks like a token is none of anybody's business.
  return words.replace(/[\w-]{16,}\.[\w-]{8,}\.[\w-]*/g, '…').slice(0, longest)
}
