declare module 'passport-strategy' {
  /** What Passport recognises a strategy by; the actions are added to it for each request. */
  class PassportStrategy {
    name?: string
    authenticate(req: object, options?: object): void
  }
  export = PassportStrategy
}
