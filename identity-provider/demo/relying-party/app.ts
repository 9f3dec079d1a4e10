import { randomBytes } from 'node:crypto'
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express'
import helmet from 'helmet'
import { PUBLIC as SITE_PUBLIC } from 'passport-xmpp-bosh-login-site/operation/folders'
import { PARTY } from '../../folders'
import { rowsOf } from './claims'
import { createOpenIdConnect, PROMPTS, type Registration } from './openid-connect'
import { createSessions } from './sessions'
import { isNotice, LANGUAGES, type Language, type Notice } from './texts'

/** The paths that the provider is told, under the address of this program. */
export const PATHS = { callback: '/callback', signedOut: '/signed-out', backChannel: '/back-channel-logout' } as const

export interface PartyOptions extends Registration {
  /** Reports a failure, without the values of a request. */
  readonly report: (text: string) => void
}

export interface Party {
  readonly app: Express
  close(): void
}

/** Creates a program to sign in to by the provider. It shows the claims that it got. */
export function createParty({ report, ...registration }: PartyOptions): Party {
  const openIdConnect = createOpenIdConnect(registration)
  const sessions = createSessions(randomBytes(32).toString('hex'))
  const app = pagesOf(registration.issuer)

  // Called by the provider, without a cookie.
  app.post(PATHS.backChannel, express.urlencoded({ extended: false, limit: '16kb' }), async (req, res) => {
    res.set('Cache-Control', 'no-store')
    const sid = await openIdConnect.sessionOf(req.body?.logout_token).catch(() => undefined)
    if (sid === undefined) return void res.sendStatus(400)
    await sessions.end(sid)
    res.sendStatus(200)
  })

  app.use(sessions.handler)
  app.get('/', showHome)
  app.get('/sign-in', async (req, res) => {
    const { url, asked } = await openIdConnect.begin(PROMPTS.find(prompt => prompt === req.query['prompt']))
    req.session.asked = asked
    res.redirect(url)
  })
  app.get(PATHS.callback, async (req, res) => {
    const { asked } = req.session
    if (!asked) return tell(res, 'again')
    delete req.session.asked
    const here = new URL(req.originalUrl, registration.redirectUri)
    const answer = await openIdConnect.finish(here, asked)
    if ('code' in answer) {
      if (!isNotice(answer.code)) report(`the provider has refused: ${answer.code}`)
      return tell(res, isNotice(answer.code) ? answer.code : 'other')
    }
    await renewed(req)
    req.session.signIn = answer
    sessions.remember(req, String(answer.claims['sid']))
    res.redirect('/')
  })
  app.post('/sign-out', async (req, res) => {
    const { signIn } = req.session
    if (!signIn) return res.redirect('/')
    const url = await openIdConnect.signOutUrl(signIn.idToken)
    req.session.destroy(() => res.redirect(url))
  })
  app.get(PATHS.signedOut, (_req, res) => tell(res, 'signedOut'))
  app.use(failure(report))
  return { app, close: () => sessions.close() }
}

/** Creates an app with the files, the templates and the policy of the pages. @param issuer also serves a page after a form, and pictures */
function pagesOf(issuer: string): Express {
  const { origin } = new URL(issuer)
  const app = express()
  app.disable('x-powered-by')
  app.set('view engine', 'pug')
  app.set('views', PARTY.views)
  app.locals['issuer'] = issuer
  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          scriptSrc: ["'self'"],
          styleSrc: ["'self'"],
          imgSrc: ["'self'", origin],
          // A browser applies this to the redirect after the form, too.
          formAction: ["'self'", origin],
          baseUri: ["'none'"],
          frameAncestors: ["'none'"],
        },
      },
      strictTransportSecurity: false,
    }),
    express.static(PARTY.public, { index: false }),
    express.static(SITE_PUBLIC, { index: false }),
  )
  return app
}

function showHome(req: Request, res: Response): void {
  const { signIn } = req.session
  const notice = req.query['notice']
  const tag = languageOf(req)
  const t = LANGUAGES[tag]
  const times = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })
  res.set('Cache-Control', 'no-store').render('home', {
    language: tag,
    t,
    // A message about a sign-in is out of date once there is one.
    notice:
      isNotice(notice) && (!signIn || notice !== 'signedOut') ? { text: t.notices[notice], code: notice } : undefined,
    person: signIn && { ...signIn.claims, ...signIn.userInfo },
    rows: signIn && rowsOf(signIn, t),
    readable: (time: Date) => t.utc(times.format(time)),
  })
}

function languageOf(req: Request): Language {
  const tags = Object.keys(LANGUAGES) as Language[]
  return tags.find(tag => tag === req.acceptsLanguages(tags)) ?? 'en'
}

/** Shows a message on the start page. */
function tell(res: Response, notice: Notice): void {
  res.redirect(`/?${new URLSearchParams({ notice })}`)
}

/** Gives the visitor a new session: an id that was known before the sign-in is worth nothing after it. */
function renewed({ session }: Request): Promise<void> {
  return new Promise((resolve, reject) => session.regenerate(error => (error ? reject(error) : resolve())))
}

function failure(report: PartyOptions['report']): ErrorRequestHandler {
  return (error: Error & { readonly code?: unknown }, _req, res, next) => {
    if (res.headersSent) return next(error)
    // Messages of openid-client name the fault, and no value.
    report(`the sign-in failed: ${error.message}${error.code === undefined ? '' : ` (${String(error.code)})`}`)
    tell(res, 'failed')
  }
}
