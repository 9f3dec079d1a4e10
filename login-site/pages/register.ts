import { type Request, type RequestHandler, type Response, Router } from 'express'
import { displayJid } from 'passport-xmpp-bosh'
import type { Accounts, SignUpForm } from '../auth/accounts'
import { signUpRefusal } from '../auth/refusals'
import { signUpBody } from '../forms/form-body'
import type { Act, Forms } from '../forms/forms'
import { HIDDEN_FIELDS } from '../forms/hidden-fields'
import { type CarriedForm, carried, carriedPicture, carry, type ShownForm } from '../forms/sign-up-form'
import { mistakeIn } from '../forms/sign-up-mistakes'
import type { RateLimits } from '../protection/rate-limits'
import { leadingTo, returnTo } from '../protection/return-to'
import type { Seal } from '../protection/seal'
import { captchaPictures } from '../protection/security-headers'
import { goTo } from '../sessions/go-to'
import { leaveNotice, type Notice, takeNotice, typedName } from '../sessions/notice'
import { textsOf } from '../texts'
import { signUpFields } from './sign-up-fields'

const PAGE = '/register'

export interface RegisterOptions {
  readonly accounts: Accounts
  readonly forms: Forms
  readonly seal: Seal
  readonly limits: RateLimits
  /** hosts that may serve the pictures of captchas */
  readonly captchaHosts?: readonly string[] | undefined
}

export function register(options: RegisterOptions): Router {
  const { accounts, forms, limits, captchaHosts = [] } = options
  const router = Router()
  const pictures = captchaPictures(captchaHosts)
  router.get(PAGE, requireSignedOut, limits.signUps, pictures, show(options))

  router.post(`${PAGE}/picture`, signUpBody, requireSignedOut, forms.requireToken, async (req, res) => {
    await leaveNotice(req, { page: PAGE, username: typedName(req) })
    goTo(res, leadingTo(PAGE, targetOf(req)))
  })

  const checks = [openForm(options), pictures, refuseMistakes(), limits.signUps]
  const submission = { body: signUpBody, guards: [requireSignedOut], checks, act: act(accounts) }
  router.post(PAGE, forms.submission(submission))
  return router
}

const requireSignedOut: RequestHandler = (req, res, next) => (req.user ? goTo(res, targetOf(req)) : next())

/** Returns the page that the sign-up leads to. */
function targetOf({ query, body }: Request): string {
  return returnTo(body?._returnTo ?? query['returnTo'])
}

function show({ accounts, seal }: RegisterOptions): RequestHandler {
  return async (req, res) => {
    const notice = takeNotice(req, PAGE)
    try {
      const form = await accounts.form(req)
      const { captcha } = form
      const image = captcha?.image?.toString('base64')
      render(res, { form, captcha, image, carriedForm: await carry(form, seal), notice, target: targetOf(req) })
    } catch (reason) {
      const refusal = signUpRefusal(reason)
      if (!refusal) throw reason
      // The earlier refusal matters more to the visitor than the missing form.
      const shown = notice?.refused ? notice : { message: { code: refusal.message }, refused: true }
      res.status(refusal.status).render('register', { notice: shown, target: targetOf(req) })
    }
  }
}

interface Page {
  readonly form: Omit<SignUpForm, 'captcha'>
  readonly captcha: { readonly type: string; readonly url?: string } | undefined
  /** the captcha's picture in base64 */
  readonly image: string | undefined
  readonly carriedForm: CarriedForm
  readonly notice: Notice | undefined
  /** the page that the sign-up leads to */
  readonly target: string
}

function render(res: Response, { form, captcha, image, carriedForm, notice, target }: Page): void {
  const picture = captcha && { url: captcha.url ?? `data:${captcha.type};base64,${image}` }
  const { instructions } = form
  res.render('register', {
    instructions,
    fields: signUpFields(form, textsOf(res)),
    captcha: picture,
    carried: carriedForm,
    notice,
    target,
  })
}

/** Opens the form that came back, for the handlers after it. */
function openForm({ seal }: RegisterOptions): RequestHandler {
  return async (req, res, next) => {
    res.locals['form'] = await carried(req.body?._state, seal)
    next()
  }
}

function formIn({ locals }: Response): ShownForm | undefined {
  return locals['form']
}

/** Shows the same form again after a mistake that needs no server to be seen: the captcha is not used up. */
function refuseMistakes(): RequestHandler {
  return async (req, res, next) => {
    const shown = formIn(res)
    const mistake = shown && mistakeIn(shown.form, req.body)
    if (!mistake) return next()
    const notice = { page: PAGE, ...mistake, refused: true, username: typedName(req) }
    const image = carriedPicture(req.body._picture, shown)
    if (shown.captcha?.digest !== undefined && image === undefined) {
      await leaveNotice(req, notice)
      return goTo(res, leadingTo(PAGE, targetOf(req)))
    }
    const carriedForm = { state: String(req.body._state), picture: image }
    render(res.status(422), { ...shown, image, carriedForm, notice, target: targetOf(req) })
  }
}

function act(accounts: Accounts): Act {
  return async (req, res) => {
    const values = valuesIn(req)
    const username = typedName(req)
    const target = targetOf(req)
    try {
      const value = displayJid(await accounts.signUp(req, formIn(res)?.form.state, values))
      if (await accounts.signInNew(req, values)) {
        return { to: target, notice: { page: '/', message: { code: 'account-ready', value } } }
      }
      const message = { code: 'account-ready.sign-in', value } as const
      return { to: leadingTo('/login', target), notice: { page: '/login', message, username } }
    } catch (reason) {
      const refusal = signUpRefusal(reason)
      if (!refusal) throw reason
      const field = FIELD_TO_CORRECT[refusal.code]
      return {
        to: leadingTo(PAGE, target),
        notice: { page: PAGE, message: { code: refusal.message }, refused: true, field, username },
      }
    }
  }
}

/** Returns the fields for the XMPP server. */
function valuesIn({ body }: Request): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(body ?? {}).filter(([name]) => !HIDDEN_FIELDS.includes(name)))
}

const FIELD_TO_CORRECT: Readonly<Record<string, string>> = {
  'username-taken': 'username',
  'weak-password': 'password',
  'captcha-wrong': 'answer',
  'captcha-expired': 'answer',
}
