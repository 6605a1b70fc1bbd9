// JSSE as a peer: a server that answers lines in capitals, a client that asks for one.
//
//   java Peer.java server -cert FILE -key FILE [-clientca FILE] [-stored] [...]
//   java Peer.java client -port N -ca FILE [-cert FILE -key FILE] [-visits N] [-again] [-update] [-staple] [...]
//
// and for both [-tls TLSv1.3] [-groups x25519,secp256r1] [-alpn h2,http/1.1]. Both print a line of key=value pairs for
// each handshake. A line "update" on the server's standard input changes its keys.
//
// JSSE does not say whether a session was resumed. That nobody was asked for the server's certificate does.

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

public class Peer {
  static final Map<String, String> flags = new HashMap<>();
  static volatile SSLSocket open;
  /** Whether the certificate of the server was asked for, by the handshake that comes to its end. */
  static volatile boolean isShown;

  public static void main(String[] args) throws Exception {
    for (int i = 1; i < args.length; i++) {
      boolean isLast = i + 1 == args.length || args[i + 1].startsWith("-");
      flags.put(args[i], isLast ? "" : args[i + 1]);
      if (!isLast) i++;
    }
    if (flags.containsKey("-groups")) System.setProperty("jdk.tls.namedGroups", flags.get("-groups"));
    if (flags.containsKey("-staple")) System.setProperty("jdk.tls.client.enableStatusRequestExtension", "true");
    if (flags.containsKey("-staple")) System.setProperty("com.sun.net.ssl.checkRevocation", "false");
    if (flags.containsKey("-stored")) System.setProperty("jdk.tls.server.enableSessionTicketExtension", "false");
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys(), trust(), null);
    if (args[0].equals("server")) {
      serve(context);
    } else {
      for (int left = Integer.parseInt(flags.getOrDefault("-visits", "1")); left > 0; left--) visit(context);
    }
  }

  static void serve(SSLContext context) throws Exception {
    InetAddress loopback = InetAddress.getByName("127.0.0.1");
    SSLServerSocket server = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0, 8, loopback);
    server.setSSLParameters(parameters(server.getSSLParameters()));
    System.out.println("ACCEPT 127.0.0.1:" + server.getLocalPort());
    Thread commands = new Thread(Peer::obey);
    commands.setDaemon(true);
    commands.start();
    while (true) {
      try (SSLSocket socket = (SSLSocket) server.accept()) {
        isShown = false;
        socket.startHandshake();
        open = socket;
        report(socket);
        BufferedReader lines = reader(socket.getInputStream());
        for (String line = lines.readLine(); line != null; line = lines.readLine()) say(socket, line.toUpperCase());
      } catch (IOException error) {
        System.out.println("error " + error);
      }
    }
  }

  /** A second handshake of TLS 1.3 is a KeyUpdate. */
  static void obey() {
    try (BufferedReader lines = reader(System.in)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) open.startHandshake();
    } catch (IOException error) {
      System.out.println("error " + error);
    }
  }

  static void visit(SSLContext context) throws Exception {
    Socket plain = new Socket("127.0.0.1", Integer.parseInt(flags.get("-port")));
    // Sessions are kept by name and port.
    try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", plain.getPort(), true)) {
      SSLParameters parameters = parameters(socket.getSSLParameters());
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      socket.setSSLParameters(parameters);
      isShown = false;
      socket.startHandshake();
      BufferedReader lines = reader(socket.getInputStream());
      say(socket, "hello");
      System.out.println(lines.readLine());
      if (flags.containsKey("-update")) socket.startHandshake();
      if (flags.containsKey("-again")) {
        say(socket, "again");
        System.out.println(lines.readLine());
      }
      report(socket);
    }
  }

  static void say(SSLSocket socket, String line) throws IOException {
    socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
  }

  static BufferedReader reader(InputStream stream) {
    return new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
  }

  static SSLParameters parameters(SSLParameters parameters) {
    if (flags.containsKey("-tls")) parameters.setProtocols(new String[] {flags.get("-tls")});
    if (flags.containsKey("-alpn")) parameters.setApplicationProtocols(flags.get("-alpn").split(","));
    if (flags.containsKey("-clientca")) parameters.setNeedClientAuth(true);
    return parameters;
  }

  static void report(SSLSocket socket) {
    ExtendedSSLSession session = (ExtendedSSLSession) socket.getSession();
    String peer = "";
    try {
      peer = ((X509Certificate) session.getPeerCertificates()[0]).getSubjectX500Principal().getName().replace("CN=", "");
    } catch (SSLPeerUnverifiedException none) {
      // A server's clients need not show any.
    }
    List<byte[]> staples = List.of();
    try {
      staples = session.getStatusResponses();
    } catch (UnsupportedOperationException none) {
      // Sessions of servers have none.
    }
    String pairs = "version=\"%s\" resumed=%b alpn=\"%s\" peer=\"%s\" staple=%b%n";
    System.out.printf(pairs, session.getProtocol(), !isShown, socket.getApplicationProtocol(), peer, !staples.isEmpty());
  }

  static KeyManager[] keys() throws Exception {
    if (!flags.containsKey("-cert")) return null;
    String pem = Files.readString(Path.of(flags.get("-key"))).replaceAll("-----[^-]*-----|\\s", "");
    PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry("own", key, new char[0], certificates(flags.get("-cert")));
    KeyManagerFactory factory = KeyManagerFactory.getInstance("SunX509");
    factory.init(store, new char[0]);
    return new KeyManager[] {new Asked((X509ExtendedKeyManager) factory.getKeyManagers()[0])};
  }

  static TrustManager[] trust() throws Exception {
    String file = flags.getOrDefault("-clientca", flags.get("-ca"));
    if (file == null) return null;
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    Certificate[] roots = certificates(file);
    for (Certificate root : roots) store.setCertificateEntry("root " + Arrays.asList(roots).indexOf(root), root);
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(store);
    return new TrustManager[] {new Judge((X509ExtendedTrustManager) factory.getTrustManagers()[0])};
  }

  static Certificate[] certificates(String file) throws Exception {
    try (InputStream stream = new FileInputStream(file)) {
      return CertificateFactory.getInstance("X.509").generateCertificates(stream).toArray(new Certificate[0]);
    }
  }

  /** Notes that a server's own certificate was asked for. */
  static class Asked extends X509ExtendedKeyManager {
    final X509ExtendedKeyManager keys;

    Asked(X509ExtendedKeyManager keys) {
      this.keys = keys;
    }

    public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
      isShown = true;
      return keys.chooseServerAlias(type, issuers, socket);
    }

    public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
      return keys.chooseClientAlias(types, issuers, socket);
    }

    public String[] getClientAliases(String type, Principal[] issuers) {
      return keys.getClientAliases(type, issuers);
    }

    public String[] getServerAliases(String type, Principal[] issuers) {
      return keys.getServerAliases(type, issuers);
    }

    public X509Certificate[] getCertificateChain(String alias) {
      return keys.getCertificateChain(alias);
    }

    public PrivateKey getPrivateKey(String alias) {
      return keys.getPrivateKey(alias);
    }
  }

  /** Notes that the server's certificate was judged. */
  static class Judge extends X509ExtendedTrustManager {
    final X509ExtendedTrustManager trust;

    Judge(X509ExtendedTrustManager trust) {
      this.trust = trust;
    }

    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws java.security.cert.CertificateException {
      isShown = true;
      trust.checkServerTrusted(chain, type, socket);
    }

    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws java.security.cert.CertificateException {
      trust.checkClientTrusted(chain, type, socket);
    }

    public void checkServerTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine)
        throws java.security.cert.CertificateException {
      trust.checkServerTrusted(chain, type, engine);
    }

    public void checkClientTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine)
        throws java.security.cert.CertificateException {
      trust.checkClientTrusted(chain, type, engine);
    }

    public void checkServerTrusted(X509Certificate[] chain, String type) throws java.security.cert.CertificateException {
      trust.checkServerTrusted(chain, type);
    }

    public void checkClientTrusted(X509Certificate[] chain, String type) throws java.security.cert.CertificateException {
      trust.checkClientTrusted(chain, type);
    }

    public X509Certificate[] getAcceptedIssuers() {
      return trust.getAcceptedIssuers();
    }
  }
}
