import { XmppBoshError } from '../../errors/error'
import type { CheckContext } from '../check-context'
import { withinDeadline } from '../deadline'
import { type Finding, ok, warn } from '../finding'
import { MAX_FORMS } from '../limits'
import type { Software } from '../software'

// RFC 5737 §3: reserved for documentation, so the check does not use up the captchas of a real visitor.
const VISITOR = '192.0.2.1'
const OTHER_VISITOR = '192.0.2.2'

const FORWARD_ADDRESSES =
  "ejabberd: add this machine's address, as ejabberd sees it, to `trusted_proxies`. If there is a proxy in between, make it pass on X-Forwarded-For. App: set `forwardClientIp`."

/**
 * Checks if the server believes the X-Forwarded-For that this machine sends. It does if two visitors have separate
 * captcha limits.
 *
 * @param hasCaptchas the server has captchas to count
 */
export async function visitorAddressFinding(
  context: CheckContext,
  software: Software,
  hasCaptchas: boolean,
): Promise<Finding> {
  if (!hasCaptchas) return unknownFinding(software, 'there are no captchas to count')
  try {
    return await countCaptchas(context, software)
  } catch (error) {
    if (!XmppBoshError.is(error)) throw error
    return unknownFinding(software, error.message)
  }
}

async function countCaptchas({ registration, signal }: CheckContext, software: Software): Promise<Finding> {
  const isLimited = async (clientIp: string): Promise<boolean> => {
    try {
      await withinDeadline(signal, registration.form({ signal, clientIp }))
      return false
    } catch (error) {
      if (XmppBoshError.is(error) && error.code === 'rate-limited') return true
      throw error
    }
  }
  let limited = false
  for (let forms = 0; !limited && forms < MAX_FORMS; forms++) limited = await isLimited(VISITOR)
  if (!limited) {
    return unknownFinding(software, `${MAX_FORMS} captchas did not reach a limit (ejabberd: \`captcha_limit\`)`)
  }
  if (await isLimited(OTHER_VISITOR)) return ignoredFinding()
  // If the first visitor's limit has expired since, the other visitor's captcha proves nothing.
  if (await isLimited(VISITOR)) return ok('visitor-address', 'the server tells visitors apart (X-Forwarded-For)')
  return unknownFinding(software, 'the captcha limit expired during the check')
}

function ignoredFinding(): Finding {
  return warn(
    'visitor-address',
    'the server sees all visitors as one: every wrong password counts against the app',
    `After as many wrong passwords as mod_fail2ban allows, all visitors are locked out. Captchas also run out for all of them at once. ${FORWARD_ADDRESSES}`,
  )
}

function unknownFinding(software: Software, reason: string): Finding {
  if (software === 'Prosody') return ok('visitor-address', 'Prosody does not ban addresses unless a module adds bans')
  return warn(
    'visitor-address',
    `the check cannot tell from outside whether the server distinguishes visitors: ${reason}`,
    `Make sure that a ban hits the visitor and not the app. ${FORWARD_ADDRESSES} Or exempt this machine with \`access\` of mod_fail2ban.`,
  )
}
