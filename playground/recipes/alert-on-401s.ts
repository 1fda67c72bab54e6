// Alerts on 401s: each is counted with its cause, for dashboards, and many at once raise one alarm that says what they have in common.
// A Prometheus rule for more than one answer in twenty refused, over five minutes:
//   sum(rate(http_client_request_duration_seconds_count{http_response_status_code="401"}[5m]))
//     / sum(rate(http_client_request_duration_seconds_count[5m])) > 0.05
// Some 401s are normal, since a refresh cures them. To alert only on those that reached the app:
//   sum by (cause) (rate(authenticated_client_unauthorized_total{action=~"return|reject|end"}[5m])) > 1
// That leaves out those that waited for a refresh which failed (their action is `refresh`). They are counted where they come from:
//   sum by (outcome) (rate(authenticated_client_refreshes_total{outcome=~"rejected|unavailable|misconfigured"}[5m])) > 1
import type { ClientEvent } from 'authenticated-client'
import { type UnauthorizedBurstEvent, unauthorizedBursts } from 'authenticated-client/diagnose'
import { type OpenTelemetryOptions, openTelemetry } from 'authenticated-client/opentelemetry'

/** Give the result to the client as `onEvent`. `page` is called once for each crowd: 20 within 10 seconds. */
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
