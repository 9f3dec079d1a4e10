#!/usr/bin/env node
import { run } from './run'

// Whoever was to read the report does not any more, or the disk is full: that says nothing of the server.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.stderr.write(`passport-xmpp-bosh: the report cannot be written (${error.code})\n`)
  process.exit(2)
})

void run(process.argv.slice(2), process).then(
  code => {
    process.exitCode = code
  },
  (error: unknown) => {
    process.stderr.write(`passport-xmpp-bosh: ${error instanceof Error ? error.stack : error}\n`)
    process.exitCode = 2
  },
)
