import { XmppBoshError } from '../../errors/error'
import type { CheckContext } from '../check-context'
import { withinDeadline } from '../deadline'
import { type Finding, ok, skipped, warn, wrong } from '../finding'

/** Results of the sign-up checks, which need no account. */
export interface SignUp {
  readonly findings: readonly Finding[]
  /** the server has captchas, even if this address has used up its share */
  readonly hasCaptchas: boolean
  /** the id of the challenge (XEP-0158 §4) */
  readonly challenge?: string | undefined
}

const CLOSE_OR_PROTECT =
  'Every account of this server can log in to the app. ejabberd: mod_register with `captcha_protected: true`, or `ip_access: none` to close registration; Prosody: `allow_registration = false`.'
const CAPTCHA_SCRIPT =
  "Check ejabberd's `captcha_cmd` and its log: Debian's captcha.sh needs the packages imagemagick and gsfonts."

/** Requests the registration form, but does not submit it. */
export async function signUpFindings({ registration, signal }: CheckContext): Promise<SignUp> {
  try {
    const { captcha, state } = await withinDeadline(signal, registration.form({ signal }))
    if (captcha === undefined) {
      const open = warn('registration', 'open without a captcha: programs can make accounts', CLOSE_OR_PROTECT)
      return { findings: [open, withoutCaptcha()], hasCaptchas: false }
    }
    const [, [challenge] = []] = state.hidden.find(([name]) => name === 'challenge') ?? []
    return {
      findings: [
        behindCaptcha(),
        ok('captcha', `a picture (${captcha.type}); only a person can tell if it is readable`),
      ],
      hasCaptchas: true,
      challenge,
    }
  } catch (error) {
    if (!XmppBoshError.is(error)) throw error
    return withoutForm(error)
  }
}

function withoutForm({ code, message, condition }: XmppBoshError): SignUp {
  if (code === 'registration-closed') {
    return { findings: [ok('registration', 'closed'), withoutCaptcha()], hasCaptchas: false }
  }
  if (code === 'rate-limited') {
    const limited = warn(
      'registration',
      'open, but this address has requested too many captchas',
      'Try again in a minute. If the warning stays, all visitors share this address: see visitor-address.',
    )
    return { findings: [limited, skipped('captcha', 'this address has used up its captchas')], hasCaptchas: true }
  }
  if (condition === 'internal-server-error') {
    const broken = wrong('captcha', 'the server cannot draw a captcha', CAPTCHA_SCRIPT)
    return { findings: [behindCaptcha(), broken], hasCaptchas: false }
  }
  // Messages of registration/captcha.ts begin so: the picture is invalid.
  if (message.startsWith('the captcha ')) {
    return { findings: [behindCaptcha(), wrong('captcha', message, CAPTCHA_SCRIPT)], hasCaptchas: true }
  }
  const unreadable = wrong(
    'registration',
    message,
    'Sign-up will not work: check mod_register and the log of the server.',
  )
  return { findings: [unreadable], hasCaptchas: false }
}

function behindCaptcha(): Finding {
  return ok('registration', 'open, protected by a captcha')
}

function withoutCaptcha(): Finding {
  return skipped('captcha', 'the server does not show a captcha')
}
