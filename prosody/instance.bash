# Describes one Prosody that belongs to one directory. start, stop and add-user source this file.
#
#   DIR/instance.cfg.lua  the file Prosody is started with: the configuration, and the settings of this directory
#   DIR/settings          the variables that the configuration reads from its environment
#   DIR/data              the accounts
#   DIR/console           the log
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
. "$here/../ejabberd/daemon.bash"

default_dir=$here/data

# Exports the settings of DIR's server.
export_settings() {
  local setting
  unset CERTIFICATES FEDERATION
  export DOMAIN=localhost BOSH_PORT=5280 S2S_PORT=5269
  while IFS= read -r setting; do export "${setting?}"; done <"$1/settings"
}
