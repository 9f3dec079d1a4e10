#!/usr/bin/python3
"""Writes the settings of a Gajim that knows one account and asks the network for nothing else.

    profile.py DIRECTORY JID PORT <PASSWORD

The server is at 127.0.0.1, without TLS: GLib trusts the authorities of the system only.
"""
import json
import os
import sqlite3
import sys

WORKSPACE = 'workspace'

directory, jid, port = sys.argv[1:4]
password = sys.stdin.readline().rstrip('\n')
username, domain = jid.split('@')

app = {
    'workspace_order': [WORKSPACE],
    'show_trayicon': False,
    'use_keyring': False,
    'check_for_update': False,
    'plugins_update_check': False,
    'plugins_repository_enabled': False,
    'sounds_on': False,
    'show_notifications': False,
    'autoaway': False,
    'autoxa': False,
    'dark_theme': 0,
    'show_help_start_chat': False,
    'mainwin_width': 900,
    'mainwin_height': 560,
}
account = {
    'account_label': jid,
    'name': username,
    'hostname': domain,
    'password': password,
    'savepass': True,
    'active': True,
    'autoconnect': True,
    'use_custom_host': True,
    'custom_host': '127.0.0.1',
    'custom_port': int(port),
    'custom_type': 'PLAIN',
    'confirm_unencrypted_connection': False,
    'http_auth': 'ask',
    'resource': 'gajim',
    'default_workspace': WORKSPACE,
}
rows = {
    'app': app,
    'soundevents': {},
    'status_presets': {},
    'proxies': {},
    'plugins': {},
    'workspaces': {WORKSPACE: {'name': 'Chats', 'color': 'rgb(60,110,180)', 'chats': [], 'avatar_sha': ''}},
}

os.makedirs(directory, exist_ok=True)
settings = sqlite3.connect(os.path.join(directory, 'settings.sqlite'))
settings.executescript('''
    CREATE TABLE settings (name TEXT UNIQUE, settings TEXT);
    CREATE TABLE account_settings (account TEXT UNIQUE, settings TEXT);
    PRAGMA user_version=4;
''')
settings.executemany('INSERT INTO settings VALUES (?, ?)', [(name, json.dumps(row)) for name, row in rows.items()])
row = {'account': account, 'contact': {}, 'group_chat': {}}
settings.execute('INSERT INTO account_settings VALUES (?, ?)', ('account', json.dumps(row)))
settings.commit()
