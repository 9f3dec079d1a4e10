import type { Texts } from './texts'

const minuten = (count: number) => (count === 1 ? 'eine Minute' : `${count} Minuten`)

/** All texts in German. They address the visitor with neither "du" nor "Sie" where the sentence reads well without. */
export const de: Texts = {
  messages: {
    'session-over': 'Die Sitzung ist beendet. Bitte erneut anmelden.',
    'session-ended': 'Die Sitzung ist beendet.',
    'session-ended-before': 'Diese Sitzung war schon beendet.',
    'signed-out-everywhere': 'Alle Sitzungen sind beendet.',
    'password-changed': 'Das Passwort ist geändert. Alle anderen Sitzungen sind beendet.',
    'account-removed': account => `Das Konto ${account} ist gelöscht.`,
    'account-ready': account => `Das Konto ${account} ist angelegt und angemeldet.`,
    'account-ready.sign-in': account => `Das Konto ${account} ist angelegt. Jetzt damit anmelden.`,
    'password-too-short': length => `Das Passwort braucht mindestens ${length} Zeichen.`,
    'password-is-name': 'Das Passwort muss sich vom Benutzernamen unterscheiden.',
    'passwords-differ': 'Die beiden Passwörter sind nicht gleich. Bitte beide noch einmal eingeben.',
    'sign-in.missing-credentials': 'Bitte Benutzernamen und Passwort eingeben.',
    'sign-in.refused': 'Benutzername unbekannt oder Passwort falsch.',
    'confirm.missing-jid': 'Bitte die XMPP-Adresse eingeben.',
    'confirm.malformed-jid': 'Das ist keine XMPP-Adresse. Ein Beispiel: alice@example.com.',
    'confirm.domain-not-allowed': 'Konten dieses Servers können sich hier nicht anmelden.',
    'confirm.denied': 'Die XMPP-App hat abgelehnt oder eine andere Zahl gesendet. Die Anmeldung ist abgebrochen.',
    'confirm.expired': 'Die Anfrage an die XMPP-App ist beendet. Bitte noch einmal versuchen.',
    'confirm.cancelled': 'Die Anfrage an die XMPP-App ist zurückgezogen.',
    'missing-credentials': 'Bitte alle Pflichtfelder ausfüllen.',
    'weak-password':
      'Der Server nimmt dieses Passwort nicht an. Vielleicht ist es zu leicht zu erraten oder zu lang: bitte ein anderes wählen.',
    'server-policy': 'Der Server nimmt vorerst keine weiteren Versuche an. Bitte später noch einmal versuchen.',
    'not-accepted': 'Der Server hat das nicht angenommen.',
    'sign-up.malformed-credentials':
      'Dieser Benutzername oder dieses Passwort ist nicht möglich. Bitte einen anderen Namen versuchen: Dieser ist vielleicht reserviert, hat schon einmal zu einem Konto gehört oder endet auf die Domain eines anderen Servers. Name und Passwort dürfen nicht sehr lang sein.',
    'sign-up.username-taken': 'Dieser Benutzername ist vergeben. Bitte einen anderen wählen.',
    'sign-up.captcha-wrong':
      'Die Antwort auf das Bild oder die Frage ist falsch. Bitte mit dem neuen Bild noch einmal versuchen. Waren alle Antworten richtig, hilft ein anderer Benutzername: Vielleicht lehnt der Server diesen ab.',
    'sign-up.captcha-expired': 'Das Formular ist abgelaufen. Bitte das neue ausfüllen.',
    'sign-up.registration-closed': 'Der Server nimmt zurzeit keine neuen Konten an.',
    'sign-up.rate-limited':
      'Von dieser Adresse kamen zu viele Anfragen nach neuen Konten. Bitte später noch einmal versuchen.',
    'account.malformed-credentials':
      'Dieses Passwort ist nicht möglich: Es ist zu lang oder enthält ungültige Zeichen.',
    'account.wrong-password': 'Das ist nicht das aktuelle Passwort.',
    'account.registration-closed': 'Der Server erlaubt das hier nicht. Auskunft gibt dessen Administration.',
    'account.has-role':
      'Das Konto hat hier besondere Rechte und kann darum nicht gelöscht werden. Wer sie vergeben hat, muss sie vorher entziehen.',
    'account.rate-limited': 'Der Server hat zu viele Anfragen erhalten. Bitte später noch einmal versuchen.',
  },

  common: {
    errorTitle: title => `Fehler: ${title}`,
    home: 'Zur Startseite',
    help: 'Hilfe',
    password: 'Passwort',
    yourPassword: 'Aktuelles Passwort',
    newPassword: 'Neues Passwort',
    newPasswordRule:
      'Mindestens acht Zeichen, zum Beispiel drei oder vier Wörter. Der Server lehnt leicht zu erratende Passwörter ab.',
    userName: 'Benutzername',
    showPassword: 'Passwort anzeigen',
    hidePassword: 'Passwort verbergen',
    show: 'Anzeigen',
    hide: 'Verbergen',
    busy: 'Einen Moment …',
    utc: time => `${time} Uhr (UTC)`,
  },

  menu: {
    label: account => `Menü von ${account}`,
    account: 'Konto verwalten',
    signOut: 'Abmelden',
    signOutEverywhere: 'Überall abmelden',
  },

  home: {
    title: 'Startseite',
    hello: 'Hallo Welt',
    helloName: name => `Hallo ${name}`,
    signedOut: 'Nicht angemeldet.',
    signedIn: 'Angemeldet.',
    account: 'Konto',
    since: 'Angemeldet seit',
  },

  admin: {
    title: 'Verwaltung',
    lead: 'Nur Mitglieder des Raums der Verwaltung sehen diese Seite.',
    roles: 'Rollen',
    sessions: 'Sitzungen hier',
    howLong: 'Wer aus dem Raum entfernt wird, verliert diese Seite innerhalb einer Minute.',
  },

  signIn: {
    title: 'Anmelden',
    lead: domain => `Mit einem Konto bei ${domain}.`,
    stay: 'Angemeldet bleiben',
    button: 'Anmelden',
    forgotten: 'Passwort vergessen?',
    whomToAsk: domain =>
      `Hier lässt es sich nicht zurücksetzen. Ein neues Passwort vergibt die Administration von ${domain}: bitte dort nachfragen.`,
    noAccount: 'Noch kein Konto?',
  },

  confirm: {
    heading: 'Ohne Passwort',
    address: 'XMPP-Adresse',
    addressHint: 'Die XMPP-App erhält eine Nachricht. Wer uns lieber zuerst schreibt, lässt das Feld leer.',
    button: 'Mit der XMPP-App anmelden',
    bot: 'Die Nachricht kommt von',
    // The hyphens of the heading do not break a line.
    title: 'In der XMPP\u2011App antworten',
    waitTitle: number => `${number}: in der XMPP-App antworten`,
    answer: (bot, account) => `${bot} schreibt an ${account}. Die Antwort ist diese Zahl:`,
    writeFirst: bot => `Den Code unten an ${bot} schreiben und mit dieser Zahl antworten:`,
    writeOnly: bot => `Den Code unten an ${bot} schreiben.`,
    number: 'Die Zahl:',
    never: 'Nur antworten, wenn die Zahl auf dieser Seite im eigenen Browser steht. Nie an eine Person senden.',
    noMessage: 'Keine Nachricht?',
    codeTitle: 'Der Code',
    sendCode: bot => `Diesen Code aus der XMPP-App an ${bot} senden:`,
    qr: 'QR-Code: öffnet die XMPP-App mit dem Code',
    openApp: 'XMPP-App öffnen',
    validUntil: 'Gültig bis',
    look: 'Ich habe geantwortet',
    again: 'Noch einmal senden',
    newCode: 'Neuer Code',
    cancel: 'Abbrechen',
    usePassword: 'Lieber mit Passwort anmelden',
    continueTitle: 'Ist das richtig?',
    continueLead: account => `Der Code kam von ${account}.`,
    continueAs: account => `Weiter als ${account}`,
    notMe: 'Das bin ich nicht',
  },

  phone: {
    title: 'Telefon einer Demo-Person',
    demo: 'Demo: Diese Seite gibt es nur auf diesem Rechner.',
    open: 'Das ist eine Demo. Geantwortet wird auf dem',
    lead: 'Es spielt die XMPP-App eines Kontos. Nachrichten an das Konto kommen hier an.',
    users: 'Konten',
    you: 'Eigene Nachricht:',
    bot: 'Nachricht:',
    empty: 'Noch keine Nachricht.',
    answer: 'Antwort',
    send: 'Senden',
    no: 'Mit Nein antworten',
    reload: 'Nach Nachrichten sehen',
  },

  signUp: {
    title: 'Registrieren',
    lead: domain => `Ein Konto bei ${domain} anlegen.`,
    email: 'E-Mail-Adresse',
    answer: 'Zeichen im Bild',
    answerHint:
      'Das Bild gilt zwei Minuten. Wer es nicht sehen kann, bekommt ein Konto auf Anfrage bei der Administration.',
    picture: 'Captcha: Zeichen auf unruhigem Hintergrund, einzutippen in das nächste Feld',
    button: 'Konto anlegen',
    newPictureHint: 'Bild nicht lesbar? Ein neues behält den Benutzernamen. Das Passwort dann erneut eingeben.',
    newPicture: 'Neues Bild',
    haveAccount: 'Schon ein Konto?',
  },

  account: {
    title: 'Konto',
    changePassword: 'Passwort ändern',
    changePasswordText: 'Alle anderen Sitzungen werden dabei beendet.',
    sessions: 'Aktive Sitzungen',
    thisSession: 'Dieser Browser',
    unknownBrowser: 'Unbekannter Browser',
    sessionSince: 'Angemeldet:',
    sessionSeen: 'Zuletzt benutzt:',
    endSession: 'Beenden',
    endSessionOf: browser => `Beenden: Sitzung in ${browser}`,
    signOutEverywhere: 'Überall abmelden',
    signOutEverywhereText: 'Beendet alle Sitzungen dieses Kontos auf dieser Website, auch diese.',
    delete: 'Konto löschen',
    deleteText: 'Endgültig. Vor dem Löschen steht auf der nächsten Seite, was geschieht.',
  },

  delete: {
    title: 'Konto löschen',
    lead: account => `Damit wird ${account} auf dem Server gelöscht, nicht nur hier.`,
    points: [
      'Das lässt sich nicht rückgängig machen.',
      'Kontakte und auf dem Server gespeicherte Nachrichten gehen verloren.',
      'Alle Sitzungen enden, auch die von Chatprogrammen.',
      'Danach kann eine andere Person den Benutzernamen erhalten.',
    ],
    next: 'Weiter',
    cancel: 'Konto behalten',
    confirmTitle: 'Konto löschen: Bestätigung',
    confirmLead: account => `Zum endgültigen Löschen von ${account} das Passwort eingeben.`,
    button: 'Konto endgültig löschen',
  },

  provider: {
    consentTitle: client => `Bei ${client} anmelden`,
    consentLead: account => `Hier angemeldet als ${account}.`,
    consentSite: 'Danach geht es zurück zu',
    consentScopes: client => `${client} erfährt:`,
    scopes: {
      openid: 'dass es dieselbe Person ist wie beim letzten Mal',
      xmpp: 'die XMPP-Adresse',
      profile: 'der Benutzername, und der veröffentlichte Name mit Bild',
      email: 'die veröffentlichte E-Mail-Adresse, die nicht überprüft ist',
      groups: 'die Gruppen, zu denen das Konto gehört',
      'xmpp:client:normal': 'alles: unter diesem Namen chatten, alle Nachrichten lesen und schreiben',
      offline_access: 'all dies noch einmal, bis zu einem Tag lang, ohne Rückfrage',
    },
    consentYes: 'Weiter',
    consentNo: 'Abbrechen',
    policy: 'Datenschutz',
    terms: 'Nutzungsbedingungen',
    onwardTitle: 'Einen Moment …',
    onward: 'Weiter',
    logoutTitle: 'Abmelden',
    logoutAsked: client => `${client} bittet um die Abmeldung: hier, und überall, wo die Anmeldung von hier kam.`,
    logoutText: 'Das meldet hier ab, und überall, wo die Anmeldung von hier kam.',
    logoutYes: 'Abmelden',
    logoutNo: 'Angemeldet bleiben',
    signedOutTitle: 'Abgemeldet',
    signedOutOf: client => `Abgemeldet bei ${client}.`,
    signedOutText: 'Hier abgemeldet.',
    stillTitle: 'Weiterhin angemeldet',
    stillText: account => `Hier angemeldet als ${account}.`,
    goneTitle: 'Diese Anmeldung ist vorbei',
    goneText:
      'Es hat zu lange gedauert, oder die Anmeldung begann in einem anderen Browser. Bitte zu der Seite zurückgehen, die hierher geführt hat, und es noch einmal versuchen.',
    errorTitle: 'Diese Anmeldung ist nicht möglich',
    errorText:
      'Die Seite, die hierher geführt hat, stellte eine Anfrage, die nicht beantwortet werden kann. Bitte dorthin zurückgehen und es noch einmal versuchen.',
    errorCode: 'Grund, für den Betreiber dieser Seite:',
  },

  errors: {
    later: {
      title: 'Das ist im Moment nicht möglich',
      text: 'Ein benötigter Server ist nicht erreichbar. Bitte in einigen Minuten noch einmal versuchen.',
    },
    ourFault: {
      title: 'Etwas ist schiefgegangen',
      text: 'Der Fehler liegt bei uns. Bitte später noch einmal versuchen.',
    },
    badRequest: {
      title: 'Diese Anfrage lässt sich nicht beantworten',
      text: 'Bitte zur Startseite gehen und es noch einmal versuchen.',
    },
    formInvalid: {
      title: 'Dieses Formular gilt nicht mehr',
      text: 'Es war zu lange offen, oder der Browser nimmt keine Cookies an. Bitte das Formular neu laden und noch einmal versuchen.',
    },
    noAccess: {
      title: 'Diese Seite ist nicht freigegeben',
      text: 'Das Konto hat hier keinen Zugang. Wurde er eben erst erteilt: in einigen Sekunden noch einmal versuchen.',
    },
    notFound: { title: 'Seite nicht gefunden', text: 'Unter dieser Adresse gibt es nichts.' },
    tooLarge: { title: 'Zu viel Text', text: 'Die Eingabe ist zu lang.' },
    tooManyAttempts: { title: 'Zu viele Versuche', text: 'Von dieser Adresse kamen zu viele Versuche.' },
    outcomeUnknown: {
      title: 'Das Ergebnis ist nicht bekannt',
      text: 'Das Formular ist angekommen, aber sein Ergebnis ist nicht bekannt. Bitte nachsehen, bevor es noch einmal gesendet wird.',
    },
    wait: count => `Bitte ${minuten(count)} warten und dann noch einmal versuchen.`,
    reference: 'Tritt der Fehler weiter auf, hilft uns diese Nummer:',
    reload: 'Formular neu laden',
    tryAgain: 'Noch einmal versuchen',
  },

  docs: {
    title: 'API',
    needsScript: 'Diese Seite braucht JavaScript. Sie zeigt',
  },
}
