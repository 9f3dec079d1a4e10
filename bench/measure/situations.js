/**
 * The situations of levels.js. `slow` and `ms` are those of the mock (mock/slow-dialogue.js), `inFlight` is the number of
 * right logins at a time. Those of one group are measured at the same time, each with an Authenticator of its own.
 */
const SHAPES = [
  { mechanism: 'PLAIN', slow: 'password' },
  { mechanism: 'SCRAM-SHA-1', slow: 'password' },
  { mechanism: 'SCRAM-SHA-1', slow: 'account' },
]
const SAID = {
  account: 'to find a name',
  password: 'to check a password',
  refusal: 'to refuse a password',
  line: 'to find a name, one at a time',
}

function situation({ mechanism, slow, ms, inFlight, timeout }) {
  const load = inFlight === 0 ? 'idle' : `${inFlight} in flight`
  const title = `${mechanism}, ${ms.toLocaleString('en-US')} ms ${SAID[slow]}, ${load}`
  return {
    mechanism,
    slow,
    ms,
    inFlight,
    timeout,
    title: timeout ? `${title}, \`timeout\` ${timeout / 1_000} s` : title,
  }
}

const shaped = (ms, inFlight) => SHAPES.map(shape => situation({ ...shape, ms, inFlight }))
const alone = situations => situations.map(one => [one])

const GROUPS = [
  [20, 300, 1_500].flatMap(ms => shaped(ms, 0)),
  [
    ...shaped(1_500, 45),
    situation({ mechanism: 'SCRAM-SHA-1', slow: 'line', ms: 40, inFlight: 45 }),
    // Half of the logins wait too long for a slot to have a password checked in time.
    situation({ mechanism: 'PLAIN', slow: 'password', ms: 1_500, inFlight: 75, timeout: 2_500 }),
  ],
  shaped(300, 45),
  // These load the machine by themselves.
  ...alone(shaped(20, 45)),
  ...alone(shaped(20, 100).slice(0, 1)),
  [situation({ mechanism: 'PLAIN', slow: 'refusal', ms: 1_500, inFlight: 45 })],
]

/** Returns the groups of those situations whose title contains `text`. */
export function groupsOf(text) {
  return GROUPS.map(group => group.filter(({ title }) => title.includes(text))).filter(({ length }) => length > 0)
}
