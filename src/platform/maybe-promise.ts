/** A value, at once or later. What is at hand costs no turn of the event loop. */
export type MaybePromise<Value> = Value | PromiseLike<Value>

/** Whether to await: a value that is at hand must not cost its caller a turn of the event loop. */
export function isPromise<Value>(value: MaybePromise<Value>): value is PromiseLike<Value> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}

/** Goes on with the value: at once where it is at hand. */
export function after<Value, Result>(value: MaybePromise<Value>, next: (value: Value) => MaybePromise<Result>): MaybePromise<Result> {
  return isPromise(value) ? Promise.resolve(value).then(next) : next(value) // Some thenables give nothing for `then`.
}
