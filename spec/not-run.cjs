/** Says which specs a run left out and how to get them: what was not run must not look as if it had passed. */
const HOW = {
  spec: 'the library and the example app, no server needed:  npm test',
  fuzz: 'all the documents, dialogues and cut connections, not a hundredth of them:  npm run fuzz',
  live: 'real ejabberd and Prosody:  npm run servers && npm run test:live',
  browser: 'the example app in Chromium:  npm run servers && npm run test:browser',
  cluster: 'two processes of it, nginx, Redis, two ejabberds:  npm run servers && npm run test:cluster',
  matrix: 'the recipes and the quick start on every Node:  npm run test:matrix',
}

module.exports = class NotRun {
  onRunComplete(contexts) {
    const run = new Set([...contexts].map(({ config }) => config.displayName?.name))
    const left = Object.entries(HOW).filter(([name]) => !run.has(name))
    if (left.length === 0) return
    process.stderr.write(`\nNOT RUN HERE\n${left.map(([name, how]) => `  ${name.padEnd(8)} ${how}`).join('\n')}\n\n`)
  }
}
