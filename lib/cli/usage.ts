/** An invalid command line. The message says how to correct it and repeats no value, which could be a password. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export const HELP = `passport-xmpp-bosh check <service> [options]

Checks the BOSH server at <service> the way an app with passport-xmpp-bosh uses it, and tells you what to change.

  --domain <domain>       domain of your users, the part after the @; default: the host of <service>
  --username <name>       log in as well; prompts for the password, or reads the first line of standard input
  --account <jid>         check the service account of sign-ins without a password as well; prompts for its password, or
                          reads it from the next line of standard input
  --s2s <domain>          with --account: check that your server reaches the one of this domain
  --ask <jid>             with --account: ask this account as for a sign-in, and wait a minute for its answer
  --role <name>=<room>    check the room of a role, as --username or --account may read it; once for each role
  --role-owner <jid>      with --role: an owner of these rooms; once for each owner
  --stranger <name>       with --role: log in as this account without rights, and try to make a room; prompts for its
                          password, or reads it from the next line of standard input
  --mechanisms <list>     same as option \`mechanisms\` of the app, separated by commas: SCRAM-SHA-1,PLAIN
  --ca <file>             PEM file of the authorities to trust instead of Node's own
  --allow-insecure        same as option \`allowInsecure\` of the app: allow http: to another host
  --json                  print the report as JSON, for programs
  -h, --help              print this help
  --version               print the version of the package

Exit code: 0 each check is ok or skipped, 1 there are warnings, 2 a check failed or the command line was invalid.
`
