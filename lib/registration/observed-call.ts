import { isObserved, observed, REGISTRATION, startOf } from '../diagnostics/channels'
import type { RegistrationMessage } from '../diagnostics/messages'
import type { Settings } from '../options/settings'

/**
 * Runs `work`, and publishes its start and end if a subscriber observes registrations.
 *
 * @param work resolves to the bare JID of the account if the message may name it, and to an object otherwise
 */
export function observedCall<T extends string | object>(
  operation: RegistrationMessage['operation'],
  { domain, endpoints }: Settings,
  work: () => Promise<T>,
): Promise<T> {
  if (!isObserved(REGISTRATION)) return work()
  return observed(REGISTRATION, { ...startOf(domain.ascii, endpoints), operation }, work, (ended, result) => {
    if (typeof result === 'string') ended.jid = result
  })
}
