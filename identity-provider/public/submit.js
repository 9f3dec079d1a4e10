// Submits the form of a page that has nothing to ask.
'use strict'
document.querySelector('form[data-submit]').submit()
