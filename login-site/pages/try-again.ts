import type { Request } from 'express'
import { leadingTo, returnTo } from '../protection/return-to'
import { leaveNotice, typedName } from '../sessions/notice'

/** Pages with a form, by the address that the form is sent to. */
const PAGES: Readonly<Record<string, string>> = {
  '/login': '/login',
  '/login/xmpp': '/login',
  '/login/xmpp/finish': '/login',
  '/login/xmpp/cancel': '/login/xmpp/wait',
  '/register': '/register',
  '/register/picture': '/register',
  '/account/password': '/account?open=password',
  '/account/sign-out-everywhere': '/account?open=sign-out-everywhere',
  '/account/sessions/end': '/account?open=sessions',
  '/account/delete': '/account/delete/confirm',
}

/** Names of the field that says where a form leads, by its page */
const TARGETS: Readonly<Record<string, string>> = { '/login': 'returnTo', '/register': '_returnTo' }

/** Returns the page on which the visitor can try a failed request again. A login and a sign-up still lead to the same page. */
export function pageToTryAgain(req: Request): string {
  if (req.method !== 'POST') return returnTo(req.url)
  const page = PAGES[req.path] ?? '/'
  return leadingTo(page, returnTo(req.body?.[TARGETS[page] ?? '']))
}

/** Lets the page with the form show the name again. The password is never kept. */
export async function keepName(req: Request): Promise<void> {
  const page = PAGES[req.path]
  const username = typedName(req)
  if (req.method !== 'POST' || req.user || page === undefined || username === '') return
  try {
    await leaveNotice(req, { page, username })
  } catch {
    // The store that failed may be the one that keeps the name. The error page is more important.
  }
}
