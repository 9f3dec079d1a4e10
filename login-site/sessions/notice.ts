import type { Request, RequestHandler } from 'express'
import { ownCookie, withdrawCookie } from '../protection/cookies'
import { keyFor } from '../protection/keys'
import { createSeal } from '../protection/seal'
import type { Message } from '../texts'

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

/** The notice of a visitor, while a request is served. */
interface KeptNotice {
  notice: Notice | undefined
  leave(notice: Notice): Promise<void>
  clear(): void
}

declare global {
  namespace Express {
    interface Request {
      keptNotice?: KeptNotice
    }
  }
}

/** ms. Longer than a browser takes to follow a redirect, and to show the page that the visitor goes to next. */
const NOTICE_LIFETIME_MS = 5 * 60 * 1000
/** bytes of a name in JSON. With it, the cookie has less than 3,000 characters; browsers keep 4,096. */
const MAX_NAME_BYTES = 1_023

/** Keeps notices in a sealed cookie, so that a visitor who is not signed in needs no session. */
export function notices(production: boolean, base: string, secret: string): RequestHandler {
  const { name, attributes } = ownCookie('notice', production, base)
  const seal = createSeal(keyFor('notice', secret))
  return async (req, res, next) => {
    const received: unknown = req.cookies[name]
    req.keptNotice = {
      // Sealed by this app, so it is a notice.
      notice: (await seal.open(received)) as Notice | undefined,
      async leave(notice) {
        this.notice = notice
        withdrawCookie(res, name)
        const sealed = await seal.close(notice, NOTICE_LIFETIME_MS)
        res.cookie(name, sealed, { ...attributes, maxAge: NOTICE_LIFETIME_MS })
      },
      clear() {
        this.notice = undefined
        withdrawCookie(res, name)
        if (received !== undefined) res.clearCookie(name, attributes)
      },
    }
    next()
  }
}

export async function leaveNotice(req: Request, notice: Notice): Promise<void> {
  await req.keptNotice?.leave(notice)
}

/** Takes the notice for a page. Until then it stays for some minutes, whichever pages are opened before. */
export function takeNotice({ keptNotice }: Request, page: string): Notice | undefined {
  const notice = keptNotice?.notice
  if (notice?.page !== page) return undefined
  keptNotice?.clear()
  return notice
}

/** Returns the user name in a submitted form, to show it again. A name that is too long is not kept. */
export function typedName(req: Request): string {
  const name: unknown = req.body?.username
  return typeof name === 'string' && Buffer.byteLength(JSON.stringify(name)) <= MAX_NAME_BYTES ? name : ''
}
