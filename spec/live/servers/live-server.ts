/** One answer for each name, in their order. */
export type Prepared = readonly (string | undefined)[]

/** A real XMPP server that runs for one spec file only. */
export interface LiveServer {
  /** What it is and how it is set up, for titles. */
  readonly name: string
  /** Its BOSH address. */
  readonly url: string
  readonly domain: 'localhost'
  /** What the running server says its version is. */
  readonly version: string
  readonly pid: number
  /** Where it keeps everything it writes; what it said on its console is in the file `console`. */
  readonly directory: string
  /** Makes an account; rejects when the server does not. */
  register(username: string, password: string): Promise<void>
  /** What the server's own nodeprep makes of names, at login or where accounts are made; `undefined`: it refuses them. */
  nodeprep(names: readonly string[], at: 'login' | 'registration'): Promise<Prepared>
  /** The same for domains. */
  nameprep(domains: readonly string[]): Promise<Prepared>
  /** How many bound sessions the server holds now. */
  connectedUsers(): Promise<number>
  /** How many BOSH sessions the server holds now, bound or not. */
  boshSessions(): Promise<number>
  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void
  /** Ends the process and removes its directory. A second call does nothing. */
  stop(): Promise<void>
}
