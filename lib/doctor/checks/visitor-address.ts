import { XmppBoshError } from '../../errors/error'
import type { CheckContext } from '../check-context'
import { withinDeadline } from '../deadline'
import { type Finding, ok, skipped, warn } from '../finding'
import { MAX_FORMS } from '../limits'
import type { Software } from '../software'

// RFC 5737 §3: reserved for documentation, so the check does not use up the captchas of a real visitor.
const VISITOR = '192.0.2.1'
const OTHER_VISITOR = '192.0.2.2'

const FORWARD_ADDRESSES =
  "ejabberd: add this machine's address, as ejabberd sees it, to `trusted_proxies`. If there is a proxy in between, make it pass on X-Forwarded-For. App: set `forwardClientIp`."

/** Servers that ban no address over BOSH as they are shipped, each with what is known of it. */
const WITHOUT_BANS: Partial<Readonly<Record<NonNullable<Software>, string>>> = {
  Metronome: 'Metronome bans addresses only by a module that is added; this cannot be seen',
  MongooseIM: 'MongooseIM does not read X-Forwarded-For, and limits logins by session and not by address',
  Openfire: "Openfire bans no address as it is shipped, and shows visitors' addresses only if told to trust a proxy",
  Prosody: 'Prosody bans addresses only by a module that is added; this cannot be seen',
  'Prosody or Metronome': 'Prosody and Metronome ban addresses only by a module that is added; this cannot be seen',
  Tigase: 'Tigase does not read X-Forwarded-For over BOSH, and bans no address as it is shipped',
}

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
    return unknownFinding(
      software,
      `${MAX_FORMS} captchas did not reach a limit${software === 'ejabberd' ? ' (`captcha_limit`)' : ''}`,
    )
  }
  if (await isLimited(OTHER_VISITOR)) return ignoredFinding(software)
  // If the first visitor's limit has expired since, the other visitor's captcha proves nothing.
  if (await isLimited(VISITOR)) return ok('visitor-address', 'the server tells visitors apart (X-Forwarded-For)')
  return unknownFinding(software, 'the captcha limit expired during the check')
}

function ignoredFinding(software: Software): Finding {
  return warn(
    'visitor-address',
    'the server counts the captchas of all visitors as those of one',
    software === 'ejabberd'
      ? `After as many wrong passwords as mod_fail2ban allows, all visitors are locked out. Captchas also run out for all of them at once. ${FORWARD_ADDRESSES}`
      : 'Captchas run out for all visitors at once, and a ban would hit the app. Make the server trust the X-Forwarded-For of this machine, and set `forwardClientIp` in the app.',
  )
}

function unknownFinding(software: Software, reason: string): Finding {
  const known = software && WITHOUT_BANS[software]
  if (known !== undefined) return skipped('visitor-address', known)
  return warn(
    'visitor-address',
    `the check cannot tell from outside whether the server distinguishes visitors: ${reason}`,
    software === 'ejabberd'
      ? `Make sure that a ban hits the visitor and not the app. ${FORWARD_ADDRESSES} Or exempt this machine with \`access\` of mod_fail2ban.`
      : 'If the server bans or limits addresses, make sure that it hits the visitor and not the app: the server has to trust the X-Forwarded-For of this machine, and the app sets `forwardClientIp`.',
  )
}
