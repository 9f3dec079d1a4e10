import type { Request, Response } from 'express'
import type { Waiting } from '../confirm/waiting'
import { isOutcomeUnknown } from '../operation/failure'
import { goTo } from '../sessions/go-to'
import { leaveNotice, type Notice } from '../sessions/notice'

/** Answer to a submitted form: the page to go to, and the message to show there. */
export interface Answer {
  readonly to: string
  readonly notice?: Notice | undefined
  /** the request to an XMPP app that the browser waits for from now on */
  readonly waiting?: Waiting
}

/** Answer to a form, with what it did to the session of the visitor. */
export interface Answered extends Omit<Answer, 'waiting'> {
  /** the request to an XMPP app, sealed: its id lets its holder in */
  readonly waiting?: string
  /** id of the session before */
  readonly before: string
  /** id of the session that the form began; null: it ended the session; absent: it did neither */
  readonly session?: string | null
}

/** Failure of a form. */
export interface Failed {
  readonly status: number
  readonly code: string | undefined
  /** id of the request, which the log has */
  readonly request: string
  /** the form may have taken effect */
  readonly isUnknown: boolean
}

/** Outcome of a form, as the store keeps it. */
export type Outcome = { readonly answered: Answered } | { readonly failed: Failed }

/** Sends an answer. A notice that waits for its page is about an earlier form, which may be of another visitor. */
export async function give(req: Request, res: Response, { to, notice, waiting }: Answer | Answered): Promise<void> {
  if (notice) await leaveNotice(req, notice)
  else req.keptNotice?.clear()
  if (typeof waiting === 'string') await req.keptWaiting?.keepAgain(waiting)
  else if (waiting) await req.keptWaiting?.keep(waiting)
  goTo(res, to)
}

/** @param given the session and the user before the form took effect */
export async function answeredBy(
  { waiting, ...answer }: Answer,
  { user, sessionID, keptWaiting }: Request,
  given: { readonly session: string; readonly wasSignedIn: boolean },
): Promise<Answered> {
  const { session: before, wasSignedIn } = given
  const sealed = waiting && (await keptWaiting?.seal(waiting))
  const answered = { ...answer, before, ...(sealed !== undefined && { waiting: sealed }) }
  if (user) return { ...answered, ...(sessionID !== before && { session: sessionID }) }
  return { ...answered, ...(wasSignedIn && { session: null }) }
}

export function failedBy(reason: unknown, req: Request): Failed {
  const { status, code } = (reason ?? {}) as { status?: unknown; code?: unknown }
  return {
    status: typeof status === 'number' ? status : 500,
    code: typeof code === 'string' ? code : undefined,
    request: String(req.id),
    isUnknown: isOutcomeUnknown(req),
  }
}
