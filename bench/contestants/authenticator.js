import { Authenticator } from '../dist/index.js'
import { MAX_CONCURRENT_TOP } from '../dist/limits.js'
import { DOMAIN } from '../servers/instance.js'

/** The Authenticator without Passport. With several servers, each has its own Authenticator, and they take turns. */
export default function authenticator({ bosh, mechanism, bind }) {
  // The queue is long, because a refused visitor is not a login. Answers come at once, without the deliberate delay.
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
