/** Something wrong in an entry, with the change that is needed. It quotes no value: values may be secrets. */
export interface Fault {
  /** such as `redirect_uris[1]`; absent: the entry as a whole */
  readonly member?: string
  /** follows the member in a sentence: `must be …`, `is missing …` */
  readonly text: string
}
