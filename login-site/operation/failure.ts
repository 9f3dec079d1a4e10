import type { Request } from 'express'

/** The part of an error that a visitor is told. */
export interface Failure {
  /** HTTP status, 400 to 599 */
  readonly status: number
  /** the request's id, if the log has an entry under it */
  readonly reference: string | undefined
}

/** Logs an error that is not the visitor's fault. Returns the part for the answer. */
export function failureOf(error: unknown, req: Request): Failure {
  const status = statusOf(error)
  if (status < 500) return { status, reference: undefined }
  const { message, ...details } = described(error)
  req.log.error({ status, ...details }, message)
  return { status, reference: String(req.id) }
}

/** Marks that a request failed after it may have taken effect. */
export function markOutcomeUnknown({ res }: Request): void {
  if (res) res.locals['outcomeUnknown'] = true
}

export function isOutcomeUnknown({ res }: Request): boolean {
  return res?.locals['outcomeUnknown'] === true
}

function statusOf(error: unknown): number {
  const status = (error as { status?: unknown } | null | undefined)?.status
  return typeof status === 'number' && Number.isInteger(status) && status >= 400 && status <= 599 ? status : 500
}

function described(error: unknown) {
  if (!(error instanceof Error)) return { message: String(error) }
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } }
  return {
    message: error.message,
    code: textOf(code),
    cause: textOf(cause?.code),
    // Errors of the library name their reason. Other errors may only have a stack that explains them.
    stack: error.name === 'XmppBoshError' ? undefined : error.stack,
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
