/** One line of the log. What goes in here is read by operators: never a password, a cookie or a token. */
export interface LogEntry {
  readonly level: 'info' | 'error'
  readonly message: string
  readonly [detail: string]: string | number | undefined
}

export type Log = (entry: LogEntry) => void

/** One JSON object a line: a line break in what a visitor sent cannot forge an entry. */
export const logToStderr: Log = entry => {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), ...entry })}\n`)
}
