export { type OpenTelemetryOptions, openTelemetry } from './client/open-telemetry'
