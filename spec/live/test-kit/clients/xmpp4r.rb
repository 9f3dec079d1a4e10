# Logs in by xmpp4r over BOSH, sends a presence and a message to its own account, and leaves.
require 'timeout'
require 'xmpp4r'
require 'xmpp4r/httpbinding'

# s until it gives up. `close` alone takes 3 s.
ENOUGH = 10

def log_in(url, username, password)
  client = Jabber::HTTPBinding::Client.new(Jabber::JID.new("#{username}@localhost/client"))
  client.http_wait = 1
  client.connect(url)
  client.auth(password)
  puts "online #{client.jid}"
  chat(client, "#{username}@localhost")
  client.close
  puts 'end'
rescue Jabber::ClientAuthenticationFailure
  puts 'refused'
end

def chat(client, own)
  arrived = Queue.new
  client.add_message_callback { |message| arrived << message.body }
  client.send(Jabber::Presence.new)
  client.send(Jabber::Message.new(own, 'x'))
  puts "message #{arrived.pop}"
end

begin
  Timeout.timeout(ENOUGH) { log_in(*ARGV) }
rescue Timeout::Error
  puts 'no answer'
end
