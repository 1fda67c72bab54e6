export { diagnose } from './diagnose/diagnose'
export type { Confidence, DiagnosedCause, Diagnosis, Finding, Party } from './diagnose/diagnosis'
export type { DiagnosedEvent, DiagnoseInput } from './diagnose/evidence'
export { type Explained, explainTo } from './diagnose/explain-to'
