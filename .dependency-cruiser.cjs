/*
 * Imports go downward only:
 *
 *   index -> strategy, registration, serialize -> authenticator -> login -> iq -> bosh       bosh -> xml
 *                                   authenticator -> sessions -> bosh         login -> sasl
 *
 * Everything that is not named here as allowed is an error.
 */
const LEAVES = '^lib/(abort|client-ip|clock|context|ending|errors|jid|limits|options|outcome|profile|slots)\\.ts$'

/** Files of lib that `from` may import, beside those of its own room. */
function room(name, from, ...to) {
  return {
    name,
    severity: 'error',
    comment: `${from} may import nothing of lib but ${to.join(', ') || 'its own room'}`,
    from: { path: from },
    to: { path: '^lib/', pathNot: [from, ...to] },
  }
}

/** A package that only one place may import. */
function only(package_, from) {
  return {
    name: `only-${from.replace(/[^a-z]+/g, '-').replace(/^-|-$/g, '')}-imports-${package_.replace(/[^a-z]+/g, '-')}`,
    severity: 'error',
    from: { path: '^lib/', pathNot: from },
    to: { path: `(^|/)node_modules/${package_}/` },
  }
}

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    room('errors-is-a-leaf', '^lib/errors\\.ts$'),
    room('limits-is-a-leaf', '^lib/limits\\.ts$'),
    room('clock', '^lib/clock\\.ts$', '^lib/(ending|context)\\.ts$'),
    room('leaves-import-leaves', LEAVES, LEAVES),
    room('xml', '^lib/xml/', '^lib/(errors|limits)\\.ts$'),
    room('sasl', '^lib/sasl/', '^lib/(errors|limits)\\.ts$'),
    room('bosh', '^lib/bosh/', '^lib/xml/', LEAVES),
    room('credentials', '^lib/credentials\\.ts$', '^lib/sasl/', LEAVES),
    room('derive', '^lib/derive\\.ts$', '^lib/sasl/', LEAVES),
    room('bans-and-failover', '^lib/(bans|failover)\\.ts$', LEAVES),
    room('failure-delay', '^lib/failure-delay\\.ts$', LEAVES),
    room('iq', '^lib/iq\\.ts$', '^lib/bosh/', '^lib/xml/', LEAVES),
    room('login', '^lib/login\\.ts$', '^lib/(bosh|sasl|xml)/', '^lib/(iq|credentials)\\.ts$', LEAVES),
    room('sessions', '^lib/sessions\\.ts$', '^lib/(bans|failover)\\.ts$', '^lib/bosh/', '^lib/xml/read\\.ts$', LEAVES),
    room(
      'authenticator',
      '^lib/authenticator\\.ts$',
      '^lib/(sessions|failure-delay|login|credentials|derive)\\.ts$',
      '^lib/bosh/',
      LEAVES,
    ),
    room('data-form', '^lib/data-form\\.ts$', '^lib/(bosh|xml)/', LEAVES),
    room('captcha', '^lib/captcha\\.ts$', '^lib/data-form\\.ts$', '^lib/(bosh|sasl|xml)/', LEAVES),
    room(
      'registration-form',
      '^lib/registration-form\\.ts$',
      '^lib/(captcha|data-form|credentials|registration-state)\\.ts$',
      '^lib/(bosh|xml)/',
      LEAVES,
    ),
    room(
      'registration',
      '^lib/registration\\.ts$',
      '^lib/(authenticator|sessions|credentials|iq|registration-form|registration-state)\\.ts$',
      '^lib/xml/',
      LEAVES,
    ),
    room('registration-state', '^lib/registration-state\\.ts$', LEAVES),
    room('serialize', '^lib/serialize\\.ts$', LEAVES),
    room(
      'strategy',
      '^lib/strategy(-options)?\\.ts$',
      '^lib/(authenticator|sessions|passport-strategy\\.d)\\.ts$',
      LEAVES,
    ),
    room(
      'index',
      '^lib/index\\.ts$',
      '^lib/(strategy|strategy-options|serialize|authenticator|sessions|registration(-form|-state)?|captcha|data-form)\\.ts$',
      LEAVES,
    ),
    room(
      'cli',
      '^lib/cli/',
      '^lib/(authenticator|registration|sessions|login|iq)\\.ts$',
      '^lib/bosh/',
      '^lib/xml/',
      LEAVES,
    ),
    room('testing', '^lib/testing/', '^lib/(sasl|xml)/', '^lib/(jid|errors)\\.ts$'),
    {
      name: 'testing-is-nobodys',
      severity: 'error',
      comment: 'nothing in the library imports the test kit',
      from: { path: '^lib/', pathNot: '^lib/testing/' },
      to: { path: '^lib/testing/' },
    },
    {
      name: 'one-file-opens-sockets',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/(bosh/transport|testing/server)\\.ts$' },
      to: { dependencyTypes: ['core'], dependencyTypesNot: ['type-only'], path: '^(node:)?(https?|http2|tls)$' },
    },
    only('fast-xml-parser', '^lib/xml/read\\.ts$'),
    only('@mongodb-js/saslprep', '^lib/sasl/password\\.ts$'),
    only('nock', '^lib/testing/nock\\.ts$'),
    only('passport-strategy', '^lib/strategy\\.ts$'),
    {
      name: 'runtime-dependencies-only',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/testing/nock\\.ts$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'] },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      comment: 'the package itself is there once it is built, which linting does not ask for',
      from: {},
      to: { couldNotResolve: true, pathNot: '^passport-xmpp-bosh(/|$)' },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^dist/'] },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['types', 'require', 'node', 'default'] },
  },
}
