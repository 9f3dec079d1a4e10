import { Strategy } from '../dist/index.js'
import { MAX_CONCURRENT_TOP } from '../dist/limits.js'
import { startChild } from '../measure/child.js'
import { DOMAIN } from '../servers/instance.js'
import { startApp } from './express-app.js'
import { ldapStrategy } from './ldapauth.js'

/** A strategy in an Express app. Its visitors have their own process, so that only the app's CPU counts. */
export default async function express(target) {
  const strategy = target.strategy === 'ldapauth' ? ldapStrategy(target) : xmppStrategy(target)
  const visitors = await startChild('measure/visitors.js')
  const app = await startApp(strategy)
  return {
    turn: ends => visitors.ask({ port: app.port, ...ends }),
    async close() {
      await visitors.stop()
      await strategy.close?.()
      await app.close()
    },
  }
}

function xmppStrategy({ bosh, mechanism, bind }) {
  const options = { service: bosh, domain: DOMAIN, mechanisms: [mechanism], bind }
  return new Strategy({ ...options, maxQueue: MAX_CONCURRENT_TOP, failureDelay: 0 })
}
