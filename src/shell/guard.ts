/** Calls into the app. Its mistake is reported as the platform reports any, an uncaught error of its own, and the caller goes on. */
export function guard<Value>(act: (value: Value) => void, value: Value): void {
  try {
    act(value)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
