const project = (displayName, testMatch, extra = {}) => ({
  displayName,
  rootDir: __dirname,
  testMatch,
  transform: { '^.+\\.ts$': '@swc/jest' },
  // The sources, so that a spec and the app that it tries share each module.
  moduleNameMapper: { '^passport-xmpp-bosh-login-site/(.*)$': '<rootDir>/login-site/$1' },
  ...extra,
})

/** @type {import('jest').Config} */
module.exports = {
  reporters: ['<rootDir>/spec/reporters/progress.cjs', 'default', '<rootDir>/spec/reporters/not-run.cjs'],
  // ms. For a test that hangs: suites run side by side, on machines that may have busy neighbours.
  testTimeout: 120_000,
  projects: [
    project('spec', ['<rootDir>/spec/**/*.spec.ts'], {
      testPathIgnorePatterns: [
        '/node_modules/',
        '<rootDir>/spec/live/',
        '<rootDir>/spec/browser/',
        '<rootDir>/spec/cluster/',
        '<rootDir>/spec/matrix/',
        '<rootDir>/spec/clients/',
        '<rootDir>/spec/provider/',
      ],
    }),
    project('fuzz', ['<rootDir>/spec/fuzz/**/*.spec.ts']),
    project('live', ['<rootDir>/spec/live/**/*.spec.ts']),
    project('browser', ['<rootDir>/spec/browser/**/*.spec.ts']),
    project('cluster', ['<rootDir>/spec/cluster/**/*.spec.ts']),
    project('matrix', ['<rootDir>/spec/matrix/**/*.spec.ts']),
    project('provider', ['<rootDir>/spec/provider/**/*.spec.ts']),
    project('clients', ['<rootDir>/spec/clients/**/*.spec.ts']),
  ],
}
