package io.kadlink.cli;

import com.google.common.net.HostAndPort;
import com.google.common.net.InetAddresses;
import io.kadlink.discovery.dns.DnsJavaResolver;
import io.kadlink.discovery.dns.DnsOptions;
import io.kadlink.discovery.dns.TreeDownload;
import io.kadlink.discovery.dns.TreeLink;
import io.kadlink.discovery.dns.TxtResolver;
import io.kadlink.discovery.loop.NettyLoop;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whom the DNS commands ask, how fast and how long. */
final class DnsQuestions {
  private static final int DNS_PORT = 53;

  @Option(
      names = "--dns-server",
      paramLabel = "IP[:PORT]",
      description = "Ask this server (default: those of this machine).")
  private @Nullable String server;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "10m",
      converter = Durations.class,
      description = "How long it may take (default: ${DEFAULT-VALUE}).")
  private Duration limit;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Questions a second (default: ${DEFAULT-VALUE}).")
  private double perSecond = 20;

  @SuppressWarnings("NullAway.Init")
  DnsQuestions() {}

  /**
   * Downloads the list.
   *
   * @throws CommandFailure when its root can't be had, or it takes too long
   */
  TreeDownload.Result download(TreeLink link) {
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try {
      return Waiting.on(
          TreeDownload.start(
              link,
              resolver(),
              new NettyLoop(group.next(), InstantSource.system()),
              DnsOptions.defaults().withQueriesPerSecond(perSecond),
              new SecureRandom(),
              new SimpleMeterRegistry()),
          limit,
          "No list at " + link);
    } finally {
      var unused = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
  }

  private TxtResolver resolver() {
    if (server == null) {
      return DnsJavaResolver.system();
    }
    try {
      HostAndPort at = HostAndPort.fromString(server).withDefaultPort(DNS_PORT);
      return DnsJavaResolver.of(
          List.of(new InetSocketAddress(InetAddresses.forString(at.getHost()), at.getPort())),
          DnsJavaResolver.DEFAULT_TIMEOUT);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure("--dns-server takes IP or IP:PORT, not '" + server + "'", e);
    }
  }
}
