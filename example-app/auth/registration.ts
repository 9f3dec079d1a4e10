import { Registration } from 'passport-xmpp-bosh'
import type { XmppOptions } from './auth'

/** @throws {TypeError} that names the option */
export function createRegistration({ forwardClientIp: _, ...options }: XmppOptions): Registration {
  return new Registration(options)
}
