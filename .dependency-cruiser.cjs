/*
 * The rooms of lib/, top floor first. A room imports rooms on lower floors and its own files: never upward, never
 * sideways. A room is a folder of lib/ or a file in it.
 */
const FLOORS = [
  ['index'],
  ['cli'],
  ['doctor'],
  ['passport'],
  ['confirm'],
  ['registration', 'service-account'],
  ['login'],
  ['roles', 'vcard'],
  ['sessions', 'stanzas'],
  ['bosh'],
  ['options'],
  ['diagnostics'],
  ['sasl', 'xml', 'jid'],
  ['errors', 'time', 'limits'],
]
/** The published test kit stands aside: it imports these rooms, and no room imports it. */
const TESTING = { room: 'testing', imports: ['options', 'sasl', 'xml', 'jid', 'errors', 'limits'] }

const pathOf = rooms => `^lib/(${rooms.join('|')})(/|\\.ts$)`

/** Forbids every import from `room` into lib/ but those of `allowed` rooms and its own files. */
function roomRule(room, allowed) {
  return {
    name: `room-${room}`,
    severity: 'error',
    comment: `lib/${room} imports ${allowed.join(', ') || 'its own files only'}`,
    from: { path: pathOf([room]) },
    to: { path: '^lib/', pathNot: pathOf([room, ...allowed]) },
  }
}

/** Forbids the import of a package outside the one place that may import it. */
function onlyHere(package_, from) {
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
    ...FLOORS.flatMap((rooms, floor) => rooms.map(room => roomRule(room, FLOORS.slice(floor + 1).flat()))),
    roomRule(TESTING.room, TESTING.imports),
    {
      name: 'every-file-is-in-a-room',
      severity: 'error',
      comment: 'add the new room to FLOORS',
      from: { path: '^lib/', pathNot: pathOf([...FLOORS.flat(), TESTING.room]) },
      to: {},
    },
    {
      name: 'only-three-files-open-sockets',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/(bosh/(transport|http/kept-agents)|testing/server)\\.ts$' },
      to: { dependencyTypes: ['core'], dependencyTypesNot: ['type-only'], path: '^(node:)?(https?|http2|tls)$' },
    },
    onlyHere('fast-xml-parser', '^lib/xml/read\\.ts$'),
    onlyHere('@mongodb-js/saslprep', '^lib/sasl/saslprep\\.ts$'),
    onlyHere('nock', '^lib/testing/nock\\.ts$'),
    onlyHere('passport-strategy', '^lib/passport/strategy\\.ts$'),
    {
      name: 'runtime-dependencies-only',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/testing/nock\\.ts$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'] },
    },
    {
      name: 'the-login-site-imports-no-app',
      severity: 'error',
      from: { path: '^login-site/' },
      to: { path: '^(example-app|identity-provider)/' },
    },
    {
      name: 'apps-import-packages-alone',
      severity: 'error',
      comment: 'an app imports the library and the login site by their names, and no other app',
      from: { path: '^(example-app|identity-provider)/' },
      to: { path: '^(lib|example-app|identity-provider)/', pathNot: '^$1/' },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      comment:
        'linting does not need a built package, so the package itself may be missing; chat clients are installed elsewhere',
      from: { pathNot: '^spec/live/test-kit/clients/' },
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
