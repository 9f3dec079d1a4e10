import type { Request } from 'express'
import { saved } from './session-cookie'

/** What a page says once, after a redirect. */
export interface Notice {
  /** the page that says it */
  readonly page: string
  readonly text?: string
  /** something was refused, and it stands beside a form */
  readonly refused?: boolean
  /** which form, where the page has several */
  readonly form?: string
  /** which field of it is to blame */
  readonly field?: string | undefined
  /** what goes into the form again; nobody's password */
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
  await saved(req)
}

/** The notice for a page, which is then gone. It waits for its page, whatever is looked at before. */
export function takeNotice({ session }: Request, page: string): Notice | undefined {
  const { notice } = session
  if (notice?.page !== page) return undefined
  delete session.notice
  return notice
}

/** The user name in the form of a request, to be shown again. What is too long for a name would only fill the session. */
export function typedName(req: Request): string {
  const name: unknown = req.body?.username
  return typeof name === 'string' && name.length <= MAX_NAME_LENGTH ? name : ''
}
