import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { basicAuth } from 'hono/basic-auth'
import { Authenticator, XmppBoshError } from 'passport-xmpp-bosh'

const { PORT = 3000, XMPP_SERVICE, XMPP_DOMAIN } = process.env

const authenticator = new Authenticator({ service: XMPP_SERVICE, domain: XMPP_DOMAIN })

const app = new Hono()

// Every request is a login, so this suits a few callers, over https.
app.use(
  basicAuth({
    async verifyUser(username, password, c) {
      try {
        c.set('account', await authenticator.authenticate({ username, password }, { signal: c.req.raw.signal }))
        return true
      } catch (err) {
        // Below 500 the caller is refused. Anything else is an outage: asking for another password would not help.
        if (XmppBoshError.is(err) && err.status < 500) return false
        throw err
      }
    },
  }),
)
app.get('/', c => c.text(`Hello ${c.get('account').jid}`))

// The reason is for the log, not for the visitor.
app.onError((err, c) => {
  if (err.getResponse) return err.getResponse()
  console.error(err.message)
  return c.text('Please try again later', err.status ?? 500)
})

serve({ fetch: app.fetch, port: Number(PORT) }, () => console.log(`http://localhost:${PORT}`))
