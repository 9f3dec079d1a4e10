// Shows new messages on the phone of a demo user. Without scripts a link does.
{
  /** ms between two questions that were answered, and after one that failed */
  const PAUSE_MS = 300
  const AGAIN_MS = 3_000
  const messages = () => document.querySelector('#messages')
  const pause = ms => new Promise(resolve => setTimeout(resolve, ms))

  const look = async () => {
    const address = new URL(location.href)
    const { seen } = messages().dataset
    address.searchParams.set('user', document.querySelector('input[name=user]').value)
    address.searchParams.set('seen', seen)
    const answer = await fetch(address)
    if (!answer.ok) return AGAIN_MS
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const fresh = page.querySelector('#messages')
    if (fresh && fresh.dataset.seen !== seen) messages().replaceWith(fresh)
    return PAUSE_MS
  }

  const watch = async () => {
    for (;;) await pause(await look().catch(() => AGAIN_MS))
  }
  watch()
}
