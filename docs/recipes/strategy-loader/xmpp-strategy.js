const { Strategy: XmppStrategy } = require('passport-xmpp-bosh')

// The constructor that a loader finds: it picks the options it knows, and calls `verify` as the loader expects.
exports.Strategy = class Strategy extends XmppStrategy {
  constructor({ service, domain, name }, verify) {
    super({ service, domain, name, passReqToCallback: true }, (req, profile, done) => {
      verify(req, undefined, undefined, profile, done) // an OAuth strategy has two tokens here
    })
  }
}
