/** One answer for each name, in their order. */
export type Prepared = readonly (string | undefined)[]

/** A real XMPP server that runs for one spec file only. */
export interface LiveServer {
  /** The server and its set-up, for titles. */
  readonly name: string
  /** Its BOSH address. */
  readonly url: string
  readonly domain: 'localhost'
  /** The version that the running server reports. */
  readonly version: string
  readonly pid: number
  /** The directory of all its files. The file `console` holds its console output. */
  readonly directory: string
  /** Makes an account. Rejects when the server refuses it. */
  register(username: string, password: string): Promise<void>
  /** Lists the names of the accounts, as the server stores them. */
  accounts(): Promise<readonly string[]>
  /** Prepares names by the server's own nodeprep, as at login or at registration. A refused name is `undefined`. */
  nodeprep(names: readonly string[], at: 'login' | 'registration'): Promise<Prepared>
  /** Prepares domains by the server's own nameprep. */
  nameprep(domains: readonly string[]): Promise<Prepared>
  /** Counts the bound sessions that the server holds now. */
  connectedUsers(): Promise<number>
  /** Counts the BOSH sessions that the server holds now, bound or not. */
  boshSessions(): Promise<number>
  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void
  /** Ends the process, unless that has happened, and starts it again on the same port with the same accounts. */
  restart(): Promise<void>
  /** Ends the process and removes its directory. A second call does nothing. */
  stop(): Promise<void>
}
