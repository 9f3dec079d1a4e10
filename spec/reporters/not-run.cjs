/** Lists the specs that a run left out, with their commands: a spec that did not run must not look as if it had passed. */
const COMMANDS = {
  spec: 'the library and the example app, without a server:  npm test',
  fuzz: 'all documents, dialogues and cut connections, not a hundredth of them:  npm run fuzz',
  live: 'real ejabberd and Prosody:  npm run servers && npm run test:live',
  browser: 'the example app in Chromium:  npm run servers && npm run test:browser',
  cluster: 'two processes of it, nginx, Redis, two ejabberds:  npm run servers && npm run test:cluster',
  provider: 'the identity provider with relying parties by others:  npm run servers && npm run test:provider',
  clients: 'a real Gajim with a mouse and a keyboard:  npm run servers && npm run test:clients',
  matrix: 'the recipes and the quick start on every Node.js:  npm run test:matrix',
}

module.exports = class NotRun {
  onRunComplete(contexts) {
    const run = new Set([...contexts].map(({ config }) => config.displayName?.name))
    const left = Object.entries(COMMANDS).filter(([name]) => !run.has(name))
    if (left.length === 0) return
    const lines = left.map(([name, command]) => `  ${name.padEnd(8)} ${command}`)
    process.stderr.write(`\nNOT RUN HERE\n${lines.join('\n')}\n\n`)
  }
}
