// Adds a button to each password field that shows what was typed. Without scripts the field stays as it is.
{
  const texts = document.currentScript.dataset

  const addButton = field => {
    const button = document.createElement('button')
    const seen = document.createElement('span')
    const heard = document.createElement('span')
    seen.setAttribute('aria-hidden', 'true')
    heard.className = 'only-heard'
    button.type = 'button'
    button.className = 'show'
    button.setAttribute('aria-controls', field.id)
    button.append(seen, heard)
    const show = isShown => {
      field.type = isShown ? 'text' : 'password'
      seen.textContent = isShown ? texts.hide : texts.show
      heard.textContent = isShown ? texts.hidePassword : texts.showPassword
    }
    show(false)
    // As in a password field: a shown password is not checked for its spelling, which may send it to a service.
    field.spellcheck = false
    field.autocapitalize = 'none'
    button.addEventListener('click', () => show(field.type === 'password'))
    // Browsers keep the text of an ordinary field, and a page from their history shows it.
    field.form.addEventListener('submit', () => show(false))
    addEventListener('pagehide', () => show(false))
    field.after(button)
  }

  for (const field of document.querySelectorAll('input[type=password]')) addButton(field)
}
