import java.net.URI;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jivesoftware.smack.ConnectionConfiguration.SecurityMode;
import org.jivesoftware.smack.bosh.BOSHConfiguration;
import org.jivesoftware.smack.bosh.XMPPBOSHConnection;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smack.roster.Roster;
import org.jivesoftware.smack.sasl.SASLErrorException;
import org.jivesoftware.smackx.disco.ServiceDiscoveryManager;
import org.jivesoftware.smackx.iqversion.VersionManager;
import org.jivesoftware.smackx.ping.PingManager;
import org.jivesoftware.smackx.vcardtemp.VCardManager;
import org.jivesoftware.smackx.vcardtemp.packet.VCard;

/** Logs in by Smack over BOSH with each mechanism, asks what chat clients ask, sends itself a message, and leaves. */
public class Login {
  /** ms until Smack gives up an answer. One that it does not recognize as the answer counts as none. */
  private static final int ANSWER_MS = 10_000;

  public static void main(String[] args) {
    try {
      for (String mechanism : new String[] {"PLAIN", "SCRAM-SHA-1"}) logIn(URI.create(args[0]), args[1], args[2], mechanism);
    } catch (Exception failed) {
      System.out.println(failed);
    }
    // Its threads would go on.
    System.exit(0);
  }

  private static void logIn(URI url, String name, String password, String mechanism) throws Exception {
    // Smack makes an invalid URL of an IP address.
    BOSHConfiguration configuration = BOSHConfiguration.builder()
      .setUseHttps(false).setHost("localhost").setPort(url.getPort()).setFile(url.getPath())
      .setXmppDomain("localhost").setUsernameAndPassword(name, password).setResource("client")
      .setSecurityMode(SecurityMode.disabled).addEnabledSaslMechanism(mechanism)
      .build();
    XMPPBOSHConnection connection = new XMPPBOSHConnection(configuration);
    connection.setReplyTimeout(ANSWER_MS);
    connection.connect();
    try {
      connection.login();
      System.out.println("online " + connection.getUser() + " by " + mechanism);
      chat(connection);
    } catch (SASLErrorException refused) {
      System.out.println("refused by " + mechanism);
    }
    connection.disconnect();
    System.out.println("end");
  }

  private static void chat(XMPPBOSHConnection connection) throws Exception {
    var domain = connection.getXMPPServiceDomain();
    var self = connection.getUser();
    Roster roster = Roster.getInstanceFor(connection);
    roster.reloadAndWait();
    System.out.println("contacts " + roster.getEntries().size());
    System.out.println("ping " + PingManager.getInstanceFor(connection).ping(domain, ANSWER_MS));
    System.out.println("version " + (VersionManager.getInstanceFor(connection).getVersion(domain) != null));
    var disco = ServiceDiscoveryManager.getInstanceFor(connection);
    disco.discoverItems(domain);
    System.out.println("server " + disco.discoverInfo(domain).hasIdentity("server", "im"));
    System.out.println("account " + disco.discoverInfo(self.asBareJid()).hasIdentity("account", "registered"));
    VCardManager cards = VCardManager.getInstanceFor(connection);
    VCard card = new VCard();
    card.setNickName("x");
    cards.saveVCard(card);
    System.out.println("nickname " + cards.loadVCard().getNickName());
    CountDownLatch arrived = new CountDownLatch(1);
    connection.addAsyncStanzaListener(message -> arrived.countDown(), stanza -> stanza instanceof Message);
    connection.sendStanza(connection.getStanzaFactory().buildMessageStanza().to(self).setBody("x").build());
    System.out.println("message " + (arrived.await(ANSWER_MS, TimeUnit.MILLISECONDS) ? "x" : "lost"));
  }
}
