import type { Request } from 'express'
import type { Message } from '../texts'
import { saveSession } from './session-cookie'

/** A message that a page shows once, after a redirect. */
export interface Notice {
  /** path of the page that shows it */
  readonly page: string
  readonly message?: Message
  /** the message is a refusal, and is shown beside a form */
  readonly refused?: boolean
  /** the form it belongs to, on a page with several */
  readonly form?: string
  /** the field to correct */
  readonly field?: string | undefined
  /** text to fill in again; never a password */
  readonly username?: string
}

declare module 'express-session' {
  interface SessionData {
    notice?: Notice
  }
}

const MAX_NAME_LENGTH = 1_023

export async function leaveNotice(req: Request, notice: Notice): Promise<void> {
  req.session.notice = notice
  await saveSession(req)
}

/** Takes the notice for a page out of the session. Until then it stays there, whichever pages are opened before. */
export function takeNotice({ session }: Request, page: string): Notice | undefined {
  const { notice } = session
  if (notice?.page !== page) return undefined
  delete session.notice
  return notice
}

/** Returns the user name in a submitted form, to show it again. A name that is too long is not stored in the session. */
export function typedName(req: Request): string {
  const name: unknown = req.body?.username
  return typeof name === 'string' && name.length <= MAX_NAME_LENGTH ? name : ''
}
