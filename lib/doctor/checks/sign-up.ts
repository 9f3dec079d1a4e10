import { XmppBoshError } from '../../errors/error'
import { type Finding, ok, skipped, warn, wrong } from '../finding'
import { inTime } from '../in-time'
import type { Instruments } from '../instruments'

/** What somebody without an account can do. */
export interface SignUp {
  readonly findings: readonly Finding[]
  /** there are captchas, given out or used up */
  readonly captcha: boolean
  /** the id of the challenge (XEP-0158 §4) */
  readonly challenge?: string | undefined
}

const PROGRAMS =
  'Every account of this server can log in to the app. ejabberd: mod_register with `captcha_protected: true`, or `ip_access: none` to close it; Prosody: `allow_registration = false`.'
const SCRIPT =
  "Look at ejabberd's `captcha_cmd` and at its log: Debian's captcha.sh needs the packages imagemagick and gsfonts."

/** Asks for the form and hands nothing in. */
export async function signUpFindings({ registration, signal }: Instruments): Promise<SignUp> {
  try {
    const { captcha, state } = await inTime(signal, registration.form({ signal }))
    if (captcha === undefined) {
      const open = warn('registration', 'open, and without a captcha: programs can make accounts', PROGRAMS)
      return { findings: [open, noPicture()], captcha: false }
    }
    const [, [challenge] = []] = state.hidden.find(([name]) => name === 'challenge') ?? []
    return {
      findings: [
        behindCaptcha(),
        ok('captcha', `a picture, ${captcha.type}; whether it can be read, only a person can tell`),
      ],
      captcha: true,
      challenge,
    }
  } catch (error) {
    if (!XmppBoshError.is(error)) throw error
    return withoutForm(error)
  }
}

function withoutForm({ code, message, condition }: XmppBoshError): SignUp {
  if (code === 'registration-closed') return { findings: [ok('registration', 'closed'), noPicture()], captcha: false }
  if (code === 'rate-limited') {
    const limited = warn(
      'registration',
      'open, but this address has asked for too many captchas',
      'Try again in a minute. If it stays so, all visitors share this address: see visitor-address.',
    )
    return { findings: [limited, skipped('captcha', 'none was given out')], captcha: true }
  }
  if (condition === 'internal-server-error') {
    const broken = wrong('captcha', 'the server cannot make one', SCRIPT)
    return { findings: [behindCaptcha(), broken], captcha: false }
  }
  // captcha.ts says what is wrong with the picture.
  if (message.startsWith('the captcha ')) {
    return { findings: [behindCaptcha(), wrong('captcha', message, SCRIPT)], captcha: true }
  }
  const unread = wrong(
    'registration',
    message,
    'Sign-up will not work: look at mod_register and at the log of the server.',
  )
  return { findings: [unread], captcha: false }
}

function behindCaptcha(): Finding {
  return ok('registration', 'open, behind a captcha')
}

function noPicture(): Finding {
  return skipped('captcha', 'there is none')
}
