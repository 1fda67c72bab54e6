// 401s to alert on: counted with their cause for the dashboards, and one alarm for a crowd of them, which says what they share.
// As a Prometheus rule, more than one answer in twenty refused for five minutes:
//   sum(rate(http_client_request_duration_seconds_count{http_response_status_code="401"}[5m]))
//     / sum(rate(http_client_request_duration_seconds_count[5m])) > 0.05
// A few 401s that a refresh cures are daily life: for those that reached the app, alert on
//   sum by (cause) (rate(authenticated_client_unauthorized_total{action=~"return|reject|end"}[5m])) > 1
import type { ClientEvent } from 'authenticated-client'
import { type UnauthorizedBurstEvent, unauthorizedBursts } from 'authenticated-client/diagnose'
import { type OpenTelemetryOptions, openTelemetry } from 'authenticated-client/opentelemetry'

/** Give it to the client as `onEvent`. */
export function alertOn401s(page: (burst: UnauthorizedBurstEvent) => void, options?: OpenTelemetryOptions) {
  const count = openTelemetry(options)
  return unauthorizedBursts<ClientEvent>(
    (event) => {
      count(event)
      if (event.type === 'unauthorized-burst') page(event)
    },
    { count: 20, interval: 10_000 },
  )
}
