export { diagnose } from './diagnose/diagnose'
export type { Alternative, Confidence, DiagnosedCause, Diagnosis, Party } from './diagnose/diagnosis'
export { type ExplainConsole, explainTo } from './diagnose/explain-to'
export type { DiagnosedEvent, DiagnoseInput } from './diagnose/facts'
