const { Authenticator, XmppBoshError } = require('passport-xmpp-bosh')

const { XMPP_SERVICE, XMPP_DOMAIN } = process.env

module.exports = (_config, { logger }) => {
  const authenticator = new Authenticator({ service: XMPP_SERVICE, domain: XMPP_DOMAIN })
  return {
    authenticate(username, password, done) {
      authenticator.authenticate({ username, password }).then(
        // Verdaccio keeps the name as it was typed, so `Alice` must not pass for alice. The list has the user's groups.
        account => done(null, username === account.username && [account.jid]),
        err => {
          if (XmppBoshError.is(err) && err.status < 500) return done(null, false)
          logger.error({}, err.message)
          done(Object.assign(new Error('Please try again later'), { status: 503 }))
        },
      )
    },
    // `npm login` asks to create the account. Verdaccio calls authenticate() after that.
    adduser: (_username, _password, done) => done(null, true),
  }
}
