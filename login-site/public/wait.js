// Asks the app until the person has answered, and goes on then. Without scripts the page loads itself again.
{
  /** ms between two questions that were answered, and after one that failed */
  const PAUSE_MS = 500
  const AGAIN_MS = 3_000
  /** ms until another tab has the answer to the form that replaced the request */
  const REPLACED_MS = 1_000
  const { held, wait, finish } = document.currentScript.dataset
  let asking = new AbortController()
  let isLeaving = false

  const pause = ms =>
    new Promise(resolve => {
      const timer = setTimeout(resolve, ms)
      asking.signal.addEventListener('abort', () => {
        clearTimeout(timer)
        resolve()
      })
    })

  const look = async () => {
    const answer = await fetch(held, { headers: { Accept: 'application/json' }, signal: asking.signal })
    if (!answer.ok) throw new Error(`status ${answer.status}`)
    return (await answer.json()).state
  }

  // Not while the answer to a form of this page is on its way: it would be lost.
  const go = address => {
    if (!isLeaving) location.replace(address)
  }

  const watch = async () => {
    for (;;) {
      asking = new AbortController()
      let ms = PAUSE_MS
      try {
        const state = await look()
        if (state === 'decided') return go(finish)
        if (state === 'gone') {
          await pause(REPLACED_MS)
          return go(wait)
        }
      } catch {
        ms = asking.signal.aborted ? 0 : AGAIN_MS
      }
      await pause(ms)
    }
  }

  document.addEventListener('submit', () => {
    isLeaving = true
  })
  // A phone stops the questions of a page while the visitor is in another app, and may never answer them.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') asking.abort()
  })
  watch()
}
