import { Accounts } from '../accounts'
import { Users } from '../clients/users'
import type { ResolvedOptions } from '../options'
import { RoomService } from '../rooms/room-service'
import { Rooms } from '../rooms/rooms'
import { Router } from '../routing/router'
import { AccountStore } from './account-data'
import { RegistrationService } from './registration'
import { VCards } from './vcards'

/** The accounts, the rooms and the services that all sessions of a server share. */
export class SharedServices {
  readonly accounts: Accounts
  readonly data = new AccountStore()
  readonly registration: RegistrationService
  readonly rooms: Rooms
  readonly roomService: RoomService
  readonly router: Router
  readonly users: Users
  readonly vcards: VCards
  readonly #options: ResolvedOptions

  /** @param sweep ends the sessions that are idle for too long */
  constructor(options: ResolvedOptions, sweep: () => void) {
    const { domain, registration, personality, rooms, allowsNewRooms, vcards } = options
    this.#options = options
    this.accounts = new Accounts(options.accounts, personality.sasl)
    this.registration = new RegistrationService(this.accounts, domain, registration, personality)
    this.rooms = new Rooms(domain, rooms)
    this.roomService = new RoomService(this.rooms, personality, allowsNewRooms)
    this.router = new Router({ domain, accounts: this.accounts, data: this.data, personality }, sweep)
    this.users = new Users(this.router, personality.stanzas.repeatsRefused)
    this.vcards = new VCards(this.data, vcards)
  }

  /** Restores the state after the start. */
  reset(): void {
    const { accounts, rooms, vcards } = this.#options
    this.users.clear()
    this.accounts.restore(accounts)
    this.registration.reset()
    this.rooms.restore(rooms)
    this.data.clear()
    this.vcards.restore(vcards)
  }
}
