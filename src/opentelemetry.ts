export { type Burst, type OpenTelemetryOptions, openTelemetry } from './client/open-telemetry'
