// Feedback while a form is being sent.
