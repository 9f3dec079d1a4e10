/** The command was not given as it must be; the message says how. Repeats no value: it could be a password. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export const HELP = `passport-xmpp-bosh check <service> [options]

Looks at the BOSH server at <service>, as an app with passport-xmpp-bosh would use it, and says what to change.

  --domain <domain>       what stands behind the @ of your users; default: the host of <service>
  --username <name>       log in as well; the password is asked for, or read from the first line of standard input
  --mechanisms <list>     as option \`mechanisms\` of the app, with commas: SCRAM-SHA-1,PLAIN
  --ca <file>             PEM of the authorities to trust, instead of the system's
  --allow-insecure        as option \`allowInsecure\` of the app: http: to another host
  --json                  the report for programs
  --help, --version

Exit code: 0 all is well, 1 there are warnings, 2 something is wrong, or the command is.
`
