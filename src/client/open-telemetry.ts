import {
  type Attributes,
  type Meter,
  type MeterProvider,
  metrics,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api'
import type { ClientEvent } from './events'
import { causeOf, causes, failures, known, methods, reasons, serverOf } from './telemetry-attributes'

/** Options of `openTelemetry`. */
export interface OpenTelemetryOptions {
  /**
   * What makes the tracer.
   * @default the global one
   */
  readonly tracerProvider?: TracerProvider | null | undefined
  /**
   * What makes the meter.
   * @default the global one, once there is something to measure: an SDK that registers after that measures nothing
   */
  readonly meterProvider?: MeterProvider | null | undefined
  /** The `authenticated_client.name` of all spans and metrics: tells several clients apart. @default none */
  readonly name?: string | null | undefined
}

type EventOf<Type extends ClientEvent['type']> = Extract<ClientEvent, { readonly type: Type }>

const scope = 'authenticated-client'

/** What `unauthorizedBursts` of `/diagnose` adds. */
export interface Burst {
  readonly type: 'unauthorized-burst'
  /** As a diagnosis names it. */
  readonly cause: string
}

/** Buckets for seconds, as the semantic conventions advise: the SDK's own default is for milliseconds. */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

/** Beyond this many open spans, the oldest ends without an outcome: fetches that never settle must not pile them up. */
const mostSpans = 10_000

/**
 * Spans and metrics, as an `onEvent` handler. One CLIENT span for each physical send, by the semantic conventions for HTTP; attributes
 * are few and, but for the URL and a method of your own, from fixed lists; they hold no token, no query string and no text of a server.
 * One handler for one client: the calls of each are numbered from 0.
 *
 * Metrics:
 * - `http.client.request.duration`: of each send, in seconds
 * - `authenticated_client.unauthorized`: refusals, by `reason` and `action`; with `diagnosed(openTelemetry())` by `cause` as well
 * - `authenticated_client.bursts`: crowds of 401s, by `cause`; with `unauthorizedBursts(openTelemetry())`
 * - `authenticated_client.replays`: requests that were sent again
 * - `authenticated_client.stale`: 401s that newer credentials answered, without a refresh
 * - `authenticated_client.refreshes`: by `outcome`
 * - `authenticated_client.refresh.duration`: in seconds, by `outcome`
 * - `authenticated_client.refresh.waiters`: how many refused calls shared a refresh; of those that wait before they are sent, no event tells
 * - `authenticated_client.logouts`: by `reason`
 * @see {@link https://opentelemetry.io/docs/specs/semconv/http/http-spans/ Semantic conventions for HTTP spans}
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): (event: ClientEvent | Burst) => void {
  const tracer = (options.tracerProvider ?? trace).getTracer(scope)
  const common: Attributes = options.name == null ? {} : { 'authenticated_client.name': options.name }
  const begin = () => handlerOf(tracer, (options.meterProvider ?? metrics).getMeter(scope), common)
  let handle = options.meterProvider ? begin() : undefined
  return (event) => {
    // What the global meter gives out before an SDK has registered stays silent for ever: it is not asked before there is something to
    // measure. A change of the session is none, and comes as soon as there is a client.
    if (event.type === 'session-changed') return
    handle ??= begin()
    handle(event)
  }
}

function handlerOf(tracer: Tracer, meter: Meter, common: Attributes): (event: ClientEvent | Burst) => void {
  const counter = (name: string, description: string) => meter.createCounter(`authenticated_client.${name}`, { description })
  const unauthorized = counter('unauthorized', 'Responses that say that the credentials were refused')
  const replays = counter('replays', 'Requests sent again')
  const stale = counter('stale', '401s for credentials older than those held')
  const refreshes = counter('refreshes', 'Refreshes')
  const logouts = counter('logouts', 'Sessions that ended')
  const timer = (name: string, description: string) =>
    meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries: [...bounds] } })
  const duration = timer('authenticated_client.refresh.duration', 'Time in a refresh')
  const waiters = meter.createHistogram('authenticated_client.refresh.waiters', { description: 'Refused calls that shared a refresh' })

  const bursts = counter('bursts', 'Crowds of 401s')
  const sent = timer('http.client.request.duration', 'Duration of HTTP client requests.')

  const sends = new Map<string, { readonly span: Span; readonly since: number; readonly attributes: Attributes }>()
  /** For each resource (`forResource`): when its refreshes began, and how many calls wait for one. */
  const refreshing = new Map<string | undefined, { readonly begun: number[]; waiting: number }>()
  const refreshOf = ({ resource }: ClientEvent) => {
    const known = refreshing.get(resource) ?? { begun: [], waiting: 0 }
    refreshing.set(resource, known)
    return known
  }

  const started = ({ call, attempt, method, url, at }: EventOf<'request'>): void => {
    if (attempt) replays.add(1, common)
    const [oldest] = sends.size < mostSpans ? [] : sends
    if (oldest) {
      sends.delete(oldest[0])
      oldest[1].span.end(at)
    }
    const name = known(method, methods)
    const attributes: Attributes = { ...common, 'http.request.method': name, ...serverOf(url) }
    const ofSpan: Attributes = {
      ...attributes,
      'url.full': url,
      ...(attempt && { 'http.request.resend_count': attempt }),
      ...(name !== method && { 'http.request.method_original': method }),
    }
    const span = tracer.startSpan(name === method ? name : 'HTTP', { kind: SpanKind.CLIENT, startTime: at, attributes: ofSpan })
    sends.set(`${call} ${attempt}`, { span, since: at, attributes })
  }

  const finished = (
    { call, attempt, at }: { call: number; attempt: number; at: number },
    errorType: string | undefined,
    status?: number,
  ) => {
    const send = sends.get(`${call} ${attempt}`)
    if (!send) return
    sends.delete(`${call} ${attempt}`)
    const { span, since, attributes } = send
    const outcome: Attributes = {
      ...(status !== undefined && { 'http.response.status_code': status }),
      ...(errorType !== undefined && { 'error.type': errorType }),
    }
    span.setAttributes(outcome)
    if (errorType !== undefined) span.setStatus({ code: SpanStatusCode.ERROR })
    span.end(at)
    sent.record((at - since) / 1000, { ...attributes, ...outcome })
  }

  const decided = (event: EventOf<'decision'>): void => {
    const { action, row, reason, diagnosis } = event
    if (row === 2 || row === 1) return // Not about credentials, or not ours.
    unauthorized.add(1, { ...common, reason: known(reason, reasons), action, ...causeOf(diagnosis) })
    if (row === 7) stale.add(1, common)
    if (action === 'refresh') refreshOf(event).waiting += 1 // Recorded when the refresh ends.
  }

  const refreshed = (event: EventOf<'refresh-ended'>): void => {
    const ended = refreshOf(event)
    const attributes: Attributes = { ...common, outcome: event.outcome }
    refreshes.add(1, attributes)
    // Two run at once where a new session replaces one that refreshes: the first to begin is taken for the first to end.
    duration.record((event.at - (ended.begun.shift() ?? event.at)) / 1000, attributes)
    waiters.record(ended.waiting, common)
    ended.waiting = 0
  }

  return (event) => {
    switch (event.type) {
      case 'request':
        return started(event)
      case 'response': // An opaque one has no status.
        return finished(event, event.status >= 400 ? String(event.status) : undefined, event.status || undefined)
      case 'unauthorized-burst':
        return bursts.add(1, { ...common, cause: known(event.cause, causes) })
      case 'request-failed':
        return finished(event, known(event.error, failures))
      case 'decision':
        return decided(event)
      case 'refresh-started':
        refreshOf(event).begun.push(event.at)
        return
      case 'refresh-ended':
        return refreshed(event)
      case 'logout':
        return logouts.add(1, { ...common, reason: event.reason })
    }
  }
}
