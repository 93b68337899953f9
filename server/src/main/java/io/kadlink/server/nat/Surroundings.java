package io.kadlink.server.nat;

import io.kadlink.discovery.udp.DatagramHandler;
import io.kadlink.discovery.udp.Transport;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.tuweni.bytes.Bytes;

/**
 * The network around this machine, as far as the search for an endpoint needs it. Asked on the
 * loop, answers there, each question once; what blocks happens elsewhere.
 */
interface Surroundings {

  /** The ways out of where this node listens, the preferred one first; none without a network. */
  void routes(Consumer<List<Route>> done);

  /** The addresses of a host, in the resolver's order; none when it has none. */
  void resolve(String host, Consumer<List<InetAddress>> done);

  /**
   * A UDP socket of its own, at a port that nobody can foresee.
   *
   * @param local where it is bound
   * @param done empty when there is none to be had
   */
  void socket(InetAddress local, DatagramHandler handler, Consumer<Optional<Transport>> done);

  /**
   * An HTTP exchange, without redirects or proxy: {@code GET}, or {@code POST} of a SOAP body.
   *
   * @param done empty when nothing of use came in time, or more than {@link #MAX_HTTP_BODY_BYTES}
   */
  void http(HttpQuestion question, Duration limit, Consumer<Optional<HttpAnswer>> done);

  /** Frees what is held; nothing is answered any more. */
  void close();

  /** A device's description has some 4 KiB, with every service it could have some 20. */
  int MAX_HTTP_BODY_BYTES = 64 * 1024;

  /**
   * What is asked by HTTP.
   *
   * @param local where to ask from: routers map ports only to who asks
   * @param soapAction the header's value; empty: a GET
   */
  record HttpQuestion(InetAddress local, URI uri, Optional<String> soapAction, String body) {
    static HttpQuestion get(InetAddress local, URI uri) {
      return new HttpQuestion(local, uri, Optional.empty(), "");
    }
  }

  record HttpAnswer(int status, Bytes body) {}
}
