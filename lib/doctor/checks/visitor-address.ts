import { XmppBoshError } from '../../errors/error'
import { type Finding, ok, warn } from '../finding'
import { inTime } from '../in-time'
import type { Instruments } from '../instruments'
import { MAX_FORMS } from '../limits'
import type { Software } from '../software'

// RFC 5737 §3: addresses of nobody, so nobody's sign-up has to wait.
const ONE = '192.0.2.1'
const ANOTHER = '192.0.2.2'

const SET =
  'ejabberd: `trusted_proxies` with the address that this machine has there, and a proxy in between must pass X-Forwarded-For on; app: `forwardClientIp`.'

/**
 * Whether the server believes the X-Forwarded-For that is sent from here: it does if the limit of captchas of one
 * visitor is not that of another.
 *
 * @param captcha there are captchas to count by
 */
export async function visitorAddressFinding(
  instruments: Instruments,
  software: Software,
  captcha: boolean,
): Promise<Finding> {
  if (!captcha) return unseen(software, 'there is no captcha to count by')
  try {
    return await counted(instruments, software)
  } catch (error) {
    if (!XmppBoshError.is(error)) throw error
    return unseen(software, error.message)
  }
}

async function counted({ registration, signal }: Instruments, software: Software): Promise<Finding> {
  const isLimited = async (clientIp: string): Promise<boolean> => {
    try {
      await inTime(signal, registration.form({ signal, clientIp }))
      return false
    } catch (error) {
      if (XmppBoshError.is(error) && error.code === 'rate-limited') return true
      throw error
    }
  }
  let limited = false
  for (let forms = 0; !limited && forms < MAX_FORMS; forms++) limited = await isLimited(ONE)
  if (!limited) return unseen(software, `no limit within ${MAX_FORMS} captchas (ejabberd: \`captcha_limit\`)`)
  if (await isLimited(ANOTHER)) return ignored()
  // Once more: the limit must not have run out between the two.
  if (await isLimited(ONE)) return ok('visitor-address', 'the server tells visitors apart (X-Forwarded-For)')
  return unseen(software, 'the limit of captchas ran out meanwhile')
}

function ignored(): Finding {
  return warn(
    'visitor-address',
    "the server takes all visitors for one: everybody's wrong passwords count against the app",
    `As many typing errors as mod_fail2ban allows lock everybody out, and captchas run out for all at once. ${SET}`,
  )
}

function unseen(software: Software, why: string): Finding {
  if (software === 'Prosody') return ok('visitor-address', 'Prosody bans nobody unless a module makes it')
  return warn(
    'visitor-address',
    `whether the server tells visitors apart cannot be seen from outside: ${why}`,
    `Make sure that a ban hits the visitor and not the app. ${SET} Or exempt this machine: \`access\` of mod_fail2ban.`,
  )
}
