// Stands in for the part of a framework that constructs the strategies of its configuration itself. The options and the
// signature of `verify` are those of @apostrophecms/passport-bridge.
exports.load = (passport, spec, findOrCreateUser) => {
  const { Strategy } = require(spec.module)
  const options = {
    passReqToCallback: true,
    ...spec.options,
    scope: undefined,
    callbackURL: 'http://localhost/callback',
  }
  passport.use(
    new Strategy(options, async (_req, _accessToken, _refreshToken, profile, callback) => {
      callback(null, await findOrCreateUser(profile))
    }),
  )
}
