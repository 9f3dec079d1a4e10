// A test server in a process of its own, so that its memory is not counted. Says its URL, and ends with its parent.
const { startBoshServer } = require('../dist/testing/server.js')

startBoshServer({ domain: 'localhost', accounts: { user1: 'user1' } }).then(server => process.send(server.url))
process.on('disconnect', () => process.exit())
