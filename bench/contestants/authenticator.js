import { Authenticator } from '../dist/index.js'
import { MAX_CONCURRENT_TOP } from '../dist/limits.js'
import { DOMAIN } from '../servers/instance.js'

/** The Authenticator alone; of several servers each has one, and they take turns. */
export default function authenticator({ bosh, mechanism, bind }) {
  // Waiting is part of what is measured, being turned away is not; and answers come when they are known.
  const options = { domain: DOMAIN, mechanisms: [mechanism], bind, maxQueue: MAX_CONCURRENT_TOP, failureDelay: 0 }
  const authenticators = [bosh].flat().map(service => new Authenticator({ ...options, service }))
  let begun = 0
  return {
    async login(username, password) {
      try {
        await authenticators[begun++ % authenticators.length].authenticate({ username, password })
        return true
      } catch (error) {
        if (error.code === 'invalid-credentials') return false
        throw error
      }
    },
    async close() {
      await Promise.all(authenticators.map(one => one.close()))
    },
  }
}
