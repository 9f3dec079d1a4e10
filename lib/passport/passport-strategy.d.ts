declare module 'passport-strategy' {
  /** Base class of all Passport strategies. Passport adds `success`, `fail` and `error` for each request. */
  class PassportStrategy {
    name?: string
    authenticate(req: object, options?: object): void
  }
  export = PassportStrategy
}
