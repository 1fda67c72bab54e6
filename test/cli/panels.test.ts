import { expect, it } from 'vitest'
import { explained } from './in-process'

const fields = [
  ['content-type', 'application/json'],
  ['date', 'Thu, 15 Jan 2026 12:00:00 GMT'],
  ['location', 'https://api.example/me'],
  ['www-authenticate', 'Bearer error="invalid_token", error_description="Not good"'],
  ['age', '240'],
] as const

it.each([
  ['with colons', ':'],
  ['without', ''],
])('reads all fields where name and value stand on a line each, as Chrome’s panel shows them: %s', async (_, colon) => {
  const general = [`Request URL${colon}`, 'https://api.example/me', `Status Code${colon}`, '401 Unauthorized']
  const lines = [...general, ...fields.flatMap(([name, value]) => [`${name}${colon}`, value])]

  for (const end of ['\n', '\r\n']) {
    const { out } = await explained(lines.join(end), ['--json'])

    expect(JSON.parse(out).response).toEqual({ status: 401, headers: Object.fromEntries(fields) })
    expect(JSON.parse(out).diagnosis.cause).toBe('cached-refusal')
  }
})

it('takes no field for the value of an empty one before it', async () => {
  const { out } = await explained(['server:', 'via: 1.1 proxy', 'www-authenticate: Bearer realm="api"'].join('\n'), ['--json'])

  expect(JSON.parse(out).response.headers).toMatchObject({ via: '1.1 proxy', 'www-authenticate': 'Bearer realm="api"' })
})
