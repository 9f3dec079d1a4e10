#!/usr/bin/env node
import { run } from './run'

void run(process.argv.slice(2), process).then(
  code => {
    process.exitCode = code
  },
  (error: unknown) => {
    process.stderr.write(`passport-xmpp-bosh: ${error instanceof Error ? error.stack : error}\n`)
    process.exitCode = 2
  },
)
