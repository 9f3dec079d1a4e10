import { XmppBoshError } from '../../errors/error'
import { CAPTCHA_ELSEWHERE, CAPTCHA_INSECURE } from '../../registration/captcha'
import type { RegistrationForm } from '../../registration/form'
import { hasChallenge, hasQuestion } from '../../registration/questions'
import { adviceFor } from '../advice'
import type { CheckContext } from '../check-context'
import { withinDeadline } from '../deadline'
import { type Finding, ok, skipped, warn, wrong } from '../finding'
import { settingFor } from '../settings'
import type { Software } from '../software'

/** Results of the sign-up checks, which need no account. */
export interface SignUp {
  readonly findings: readonly Finding[]
  /** the server has captchas, even if this address has used up its share */
  readonly hasCaptchas: boolean
  /** the id of the challenge (XEP-0158 §4) */
  readonly challenge?: string | undefined
}

/** Requests the registration form, but does not submit it. */
export async function signUpFindings({ registration, signal }: CheckContext, software: Software): Promise<SignUp> {
  try {
    return withForm(await withinDeadline(signal, registration.form({ signal })), software)
  } catch (error) {
    if (!XmppBoshError.is(error)) throw error
    return withoutForm(error, software)
  }
}

function withForm({ captcha, state }: RegistrationForm, software: Software): SignUp {
  if (captcha === undefined) return { findings: [openFinding(state, software), textFinding(state)], hasCaptchas: false }
  const [, [challenge] = []] = state.hidden.find(([name]) => name === 'challenge') ?? []
  const picture = ok('captcha', `a picture (${captcha.type}); only a person can tell if it is readable`)
  return { findings: [behindCaptcha(), picture], hasCaptchas: true, challenge }
}

function openFinding(state: RegistrationForm['state'], software: Software): Finding {
  if (hasChallenge(state)) return ok('registration', 'open, with a question in text')
  const change = `Every account of this server can log in to the app. Protect registration with a captcha${settingFor('protect registration', software)}, or close it${settingFor('close registration', software)}.`
  return hasQuestion(state)
    ? warn('registration', 'open; it cannot be told if the fields of the form keep programs out', change)
    : warn('registration', 'open without a captcha: programs can make accounts', change)
}

function textFinding(state: RegistrationForm['state']): Finding {
  return hasChallenge(state)
    ? ok('captcha', 'a question in text; programs can answer simple ones')
    : skipped('captcha', 'the form shows no captcha')
}

function withoutForm(error: XmppBoshError, software: Software): SignUp {
  const { code, message, condition } = error
  if (code === 'registration-closed') {
    const closed = ok('registration', condition ? 'closed: the server refuses the form' : 'not offered over BOSH')
    return { findings: [closed, skipped('captcha', 'registration is closed')], hasCaptchas: false }
  }
  if (code === 'rate-limited') {
    const limited = warn(
      'registration',
      'open, but the server sends no more forms to this address for now',
      'Try again in a minute. If the warning stays, all visitors share this address: see visitor-address.',
    )
    const hasCaptchas = software === 'ejabberd'
    return { findings: [limited, skipped('captcha', 'this address gets no form')], hasCaptchas }
  }
  if (condition === 'internal-server-error' && software === 'ejabberd') {
    const broken = wrong('captcha', 'the server cannot draw a captcha', scriptAdvice(software))
    return { findings: [behindCaptcha(), broken], hasCaptchas: false }
  }
  if (message === CAPTCHA_ELSEWHERE) {
    const elsewhere = warn('captcha', message, 'Or let the server send the picture itself (XEP-0158, XEP-0231).')
    return { findings: [behindCaptcha(), elsewhere], hasCaptchas: false }
  }
  if (message === CAPTCHA_INSECURE) {
    return {
      findings: [behindCaptcha(), wrong('captcha', message, 'Let the server send the picture itself.')],
      hasCaptchas: true,
    }
  }
  // Messages of registration/captcha.ts begin so: the picture is invalid.
  if (message.startsWith('the captcha ')) {
    return { findings: [behindCaptcha(), wrong('captcha', message, scriptAdvice(software))], hasCaptchas: true }
  }
  return { findings: [wrong('registration', message, unreadableAdvice(error, software))], hasCaptchas: false }
}

function unreadableAdvice(error: XmppBoshError, software: Software): string {
  if (error.condition === 'item-not-found' || error.code === 'ERR_XMPP_POLICY') return adviceFor(error, software).advice
  return "Sign-up will not work: check the server's log and its module for registration (XEP-0077)."
}

function scriptAdvice(software: Software): string {
  return software === 'ejabberd'
    ? "Check ejabberd's `captcha_cmd` and its log: Debian's captcha.sh needs the packages imagemagick and gsfonts."
    : "Check how the server draws captchas, and the server's log."
}

function behindCaptcha(): Finding {
  return ok('registration', 'open, protected by a captcha')
}
