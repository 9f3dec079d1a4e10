#!/usr/bin/env node
import { run } from './run'

// The reader of a pipe has gone, or the disk is full: the exit code must not look like a result of the checks.
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
