import { context, metrics, SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { AuthenticatedClient, type AuthenticatedClientOptions } from 'authenticated-client'
import type { UnauthorizedBurstEvent } from 'authenticated-client/diagnose'
import { type OpenTelemetryOptions, openTelemetry } from 'authenticated-client/opentelemetry'
import { api, authorizationServer, fault, quiet, refusal, testClock, testFetch } from 'authenticated-client/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { alertOn401s } from '../../playground/recipes/alert-on-401s'

describe('openTelemetry', () => {
  it('measures by an SDK that registers after the handler was made, as one that a module exports is', async () => {
    let provider: MeterProvider | undefined
    const { client, shop, values } = await start(undefined, ({ meterProvider }) => {
      provider = meterProvider as MeterProvider
      return openTelemetry()
    })

    metrics.setGlobalMeterProvider(provider as MeterProvider)
    onTestFinished(() => metrics.disable())
    await client.fetch(`${shop.origin}/me`)

    expect(JSON.stringify(await values())).toContain('http.client.request.duration')
  })

  it('makes one CLIENT span for each physical send, and counts resends', async () => {
    const { client, login, shop, spans } = await start()
    login.spoilAccessTokens()

    await client.fetch(`${shop.origin}/me?secret=canary`)

    const [refused, served] = await spans()
    expect(refused).toMatchObject({
      name: 'GET',
      kind: SpanKind.CLIENT,
      attributes: {
        'http.request.method': 'GET',
        'url.full': 'https://api.example.com/me',
        'server.address': 'api.example.com',
        'server.port': 443,
        'http.response.status_code': 401,
        'error.type': '401',
      },
      status: { code: SpanStatusCode.ERROR },
    })
    expect(refused?.attributes).not.toHaveProperty('http.request.resend_count')
    expect(served?.attributes).toMatchObject({ 'http.response.status_code': 200, 'http.request.resend_count': 1 })
    expect(served?.status.code).toBe(SpanStatusCode.UNSET)
  })

  it.each(['tracerProvider', 'meterProvider'])('fails at once where %s is none', (name) => {
    expect(() => openTelemetry({ [name]: {} as never })).toThrow(TypeError)
  })

  it.each([
    ['http://[::1]:3000/me', '[::1]', 3000],
    ['https://[2001:db8::1]/me', '[2001:db8::1]', 443],
    ['http://127.0.0.1:8080/me', '127.0.0.1', 8080],
  ])('names the server of %s by its address and port', async (url, address, port) => {
    const { handler, spans } = await start()

    handler?.({ type: 'request', at: 0, call: 0, attempt: 0, method: 'GET', url, generation: 0 })
    handler?.({ type: 'response', at: 1, call: 0, attempt: 0, status: 200, challenges: [] })

    expect((await spans())[0]?.attributes).toMatchObject({ 'server.address': address, 'server.port': port })
  })

  it('names a span HTTP where the conventions do not know the method, which only an attribute of the span tells', async () => {
    const { client, shop, spans, values } = await start()

    await client.fetch(`${shop.origin}/me`, { method: 'PROPFIND' })

    const [span] = await spans()
    expect(span?.name).toBe('HTTP')
    expect(span?.attributes).toMatchObject({ 'http.request.method': '_OTHER', 'http.request.method_original': 'PROPFIND' })
    const measured = JSON.stringify((await values())['http.client.request.duration'])
    expect(measured).toContain('_OTHER')
    expect(measured).not.toContain('PROPFIND')
  })

  it('ends the span of a send that brought no response, by the name of the error', async () => {
    const { client, shop, spans } = await start()
    shop.next(fault('network-error'), fault('hang'))
    const controller = new AbortController()

    await client.fetch(`${shop.origin}/me`).catch(() => {})
    const aborted = client.fetch(`${shop.origin}/me`, { signal: controller.signal }).catch(() => {})
    await quiet()
    controller.abort()
    await aborted

    expect((await spans()).map(({ attributes }) => attributes['error.type'])).toEqual(['TypeError', 'AbortError'])
  })

  it('counts refreshes by outcome, who shared them, replays, refusals by reason, and logouts', async () => {
    const { client, login, shop, clock, values } = await start()
    login.spoilAccessTokens()
    await Promise.all(Array.from({ length: 10 }, () => client.fetch(`${shop.origin}/me`)))
    login.spoilAccessTokens()
    login.next(fault('server-error'))
    await client.fetch(`${shop.origin}/me`).catch(() => {})
    await clock.advance(10_000)
    shop.next(refusal('foreign-scheme'))
    await client.fetch(`${shop.origin}/me`)
    await client.logout()

    expect(await values()).toMatchObject({
      'authenticated_client.refreshes': [
        [{ outcome: 'refreshed' }, 1],
        [{ outcome: 'unavailable' }, 1],
      ],
      'authenticated_client.replays': [[{}, 10]],
      'authenticated_client.unauthorized': [
        [{ reason: 'invalid_token', action: 'refresh' }, 11],
        [{ reason: 'foreign scheme', action: 'return' }, 1],
      ],
      'authenticated_client.logouts': [[{ reason: 'signed_out' }, 1]],
      'authenticated_client.refresh.waiters': [[{}, { sum: 11, count: 2 }]],
    })
  })

  it('counts 401s that newer credentials answer without a refresh', async () => {
    const { client, login, shop, values } = await start()
    let release: (() => void) | undefined
    shop.next(async (_request, usual) => {
      const response = await usual()
      await new Promise<void>((resolve) => {
        release = resolve
      })
      return response
    })
    login.spoilAccessTokens()
    const late = client.fetch(`${shop.origin}/late`)
    await quiet()
    await client.fetch(`${shop.origin}/me`)
    release?.()
    await late

    expect((await values())['authenticated_client.stale']).toEqual([[{}, 1]])
  })

  it('keeps its names few, whatever servers and callers make up', async () => {
    const { client, login, shop, values, spans } = await start()
    for (let n = 0; n < 5; n++) {
      shop.next(() => new Response(null, { status: 401, headers: { 'www-authenticate': `Bearer error="made_up_${n}"` } }))
      await client.fetch(`${shop.origin}/me`, { method: `METHOD${n}` })
    }

    expect((await values())['authenticated_client.unauthorized']).toEqual([[{ reason: '_OTHER', action: 'refresh' }, 5]])
    expect(new Set((await spans()).map(({ name }) => name))).toEqual(new Set(['HTTP']))
    expect(login.refreshes).toBe(5)
  })

  it('holds no token and no query', async () => {
    const { client, login, shop, spans, values } = await start()
    login.spoilAccessTokens()
    await client.fetch(`${shop.origin}/me?secret=canary`)

    const said = JSON.stringify([(await spans()).map(({ name, attributes, events }) => ({ name, attributes, events })), await values()])

    expect(said).toContain(`${shop.origin}/me`)
    expect(said).not.toMatch(/canary|access-|refresh-\d/)
  })

  it('measures each send under the name that semantic conventions have for it', async () => {
    const { client, login, shop, values } = await start()
    login.spoilAccessTokens()

    await client.fetch(`${shop.origin}/me?secret=canary`)

    const common = { 'http.request.method': 'GET', 'server.address': 'api.example.com', 'server.port': 443 }
    expect((await values())['http.client.request.duration']).toMatchObject([
      [{ ...common, 'http.response.status_code': 401, 'error.type': '401' }, { count: 1 }],
      [{ ...common, 'http.response.status_code': 200 }, { count: 1 }],
    ])
  })

  it('has the buckets for seconds that semantic conventions advise', async () => {
    const { client, login, shop, values } = await start()
    login.spoilAccessTokens()

    await client.fetch(`${shop.origin}/me`)

    const measured = await values()
    const boundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
    for (const name of ['http.client.request.duration', 'authenticated_client.refresh.duration'])
      expect(measured[name]).toContainEqual([
        expect.anything(),
        expect.objectContaining({ buckets: expect.objectContaining({ boundaries }) }),
      ])
  })

  it('measures each of two refreshes at once, as where a session takes the place of one that refreshes', async () => {
    const { handler, values } = await start(undefined, (options) => openTelemetry(options))
    const begins = { type: 'refresh-started', because: 'unauthorized', generation: 1 } as const
    const ends = { type: 'refresh-ended', outcome: 'refreshed', generation: 2 } as const

    for (const event of [
      { ...begins, at: 0 },
      { ...begins, at: 3000 },
      { ...ends, at: 4000 },
      { ...ends, at: 6000 },
    ])
      handler?.(event)

    expect((await values())['authenticated_client.refresh.duration']).toMatchObject([[{}, { sum: 7, min: 3, count: 2 }]])
  })

  it('takes refreshes for two resources that run at once for two, each with those who waited for it', async () => {
    const { handler, values } = await start(undefined, (options) => openTelemetry(options))
    const begins = { type: 'refresh-started', because: 'unauthorized', generation: 1 } as const
    const ends = { type: 'refresh-ended', outcome: 'refreshed', generation: 2 } as const
    const waits = {
      type: 'decision',
      action: 'refresh',
      row: 17,
      reason: 'unauthorized',
      cause: 'credentials',
      call: 0,
      attempt: 0,
    } as const

    for (const event of [
      { ...begins, at: 0, resource: 'urn:a' },
      { ...waits, at: 0, resource: 'urn:a' },
      { ...begins, at: 3000, resource: 'urn:b' },
      { ...ends, at: 4000, resource: 'urn:b' },
      { ...ends, at: 6000, resource: 'urn:a' },
    ])
      handler?.(event)

    const measured = await values()
    expect(measured['authenticated_client.refresh.duration']).toMatchObject([[{}, { sum: 7, min: 1, max: 6, count: 2 }]])
    expect(measured['authenticated_client.refresh.waiters']).toMatchObject([[{}, { sum: 1, max: 1, count: 2 }]])
  })

  it('records no status of an opaque response', async () => {
    const { handler, spans } = await start()
    const send = { call: 1, attempt: 0, at: 0 }

    handler?.({ ...send, type: 'request', method: 'GET', url: 'https://api.example.com/me', generation: 0 })
    handler?.({ ...send, type: 'response', status: 0, challenges: [] })

    expect((await spans()).map(({ attributes }) => attributes['http.response.status_code'])).toEqual([undefined])
  })

  it('ends the oldest span, with no outcome, where ten thousand sends have not settled: later ones are traced all the same', async () => {
    const { handler, spans, values } = await start()
    const send = (call: number) => ({ call, attempt: 0, at: call })
    const begin = (call: number) =>
      handler?.({ ...send(call), type: 'request', method: 'GET', url: 'https://api.example.com/me', generation: 0 })
    for (let call = 0; call < 10_000; call++) begin(call)

    begin(10_000)
    handler?.({ ...send(10_000), type: 'response', status: 200, challenges: [] })
    handler?.({ ...send(0), type: 'response', status: 200, challenges: [] })

    expect((await spans()).map(({ attributes }) => attributes['http.response.status_code'])).toEqual([undefined, 200])
    expect((await values())['http.client.request.duration']).toMatchObject([[{}, { count: 1 }]])
  })

  it('counts 401s by their cause where the events carry a diagnosis, and crowds of them', async () => {
    const pages: UnauthorizedBurstEvent[] = []
    const { client, shop, values } = await start(undefined, (options) => alertOn401s((burst) => pages.push(burst), options))
    shop.always(refusal('insufficient-scope'))

    await Promise.all(Array.from({ length: 30 }, () => client.fetch(`${shop.origin}/me`)))

    const counted = await values()
    expect(counted['authenticated_client.unauthorized']).toEqual([
      [{ reason: 'insufficient_scope', action: 'return', cause: 'insufficient-scope' }, 30],
    ])
    expect(counted['authenticated_client.bursts']).toEqual([[{ cause: 'insufficient-scope' }, 1]])
    expect(pages).toMatchObject([{ cause: 'insufficient-scope', share: 1, count: 20 }])
  })

  it('tells clients apart by name', async () => {
    const { client, shop, spans } = await start('billing')

    await client.fetch(`${shop.origin}/me`)

    expect((await spans())[0]?.attributes).toMatchObject({ 'authenticated_client.name': 'billing' })
  })

  it('treats null as an option that is not there', async () => {
    const { client, shop, values } = await start(null)

    await client.fetch(`${shop.origin}/me`)

    expect(JSON.stringify((await values())['http.client.request.duration'])).not.toContain('authenticated_client.name')
    expect(openTelemetry({ tracerProvider: null, meterProvider: null })).toBeTypeOf('function')
  })
})

async function start(
  name?: string | null,
  listen: (options: OpenTelemetryOptions) => AuthenticatedClientOptions['onEvent'] = openTelemetry,
) {
  const exporter = new InMemorySpanExporter()
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const measured = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter: measured, exportIntervalMillis: 3_600_000 })
  const meterProvider = new MeterProvider({ readers: [reader] })
  onTestFinished(async () => {
    context.disable()
    await Promise.all([tracerProvider.shutdown(), meterProvider.shutdown()])
  })
  const clock = testClock()
  const login = authorizationServer({ clock })
  const shop = api({ authorizationServer: login })
  const handler = listen({ tracerProvider, meterProvider, name })
  const client = new AuthenticatedClient({
    tokenEndpoint: login.tokenEndpoint,
    clientId: 'web',
    allowedOrigins: [shop.origin],
    refreshBudget: false,
    fetch: testFetch(login, shop),
    clock,
    onEvent: handler,
  })
  await client.setTokens(login.signIn())
  return {
    client,
    handler,
    login,
    shop,
    clock,
    async spans(): Promise<readonly ReadableSpan[]> {
      await quiet()
      return exporter.getFinishedSpans()
    },
    async values() {
      await quiet()
      await reader.forceFlush()
      const { scopeMetrics = [] } = measured.getMetrics().at(-1) ?? {}
      return Object.fromEntries(
        scopeMetrics.flatMap(({ metrics }) =>
          metrics.map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints.map(({ attributes, value }) => [attributes, value])]),
        ),
      ) as Record<string, unknown>
    },
  }
}
