package io.kadlink.cli.rpc;

import io.javalin.Javalin;
import io.javalin.http.HttpStatus;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.function.BooleanSupplier;

/** {@code /metrics} in Prometheus' text format and {@code /healthz}, on the loopback address. */
public final class MetricsServer implements AutoCloseable {
  private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private final Javalin http;

  private MetricsServer(Javalin http) {
    this.http = http;
  }

  /**
   * Starts answering; port 0 takes a free one.
   *
   * @param healthy whether the node works: {@code /healthz} answers 200 or 503
   */
  public static MetricsServer start(
      int port, PrometheusMeterRegistry registry, BooleanSupplier healthy) {
    Javalin http =
        Javalin.create(
            config -> {
              config.startup.showJavalinBanner = false;
              config.concurrency.useVirtualThreads = true;
              config.routes.get(
                  "/metrics", call -> call.contentType(PROMETHEUS_TEXT).result(registry.scrape()));
              config.routes.get(
                  "/healthz",
                  call -> {
                    boolean ok = healthy.getAsBoolean();
                    call.status(ok ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE);
                    call.result(ok ? "ok" : "stopping");
                  });
            });
    return new MetricsServer(http.start("127.0.0.1", port));
  }

  /** The port it listens on. */
  public int port() {
    return http.port();
  }

  @Override
  public void close() {
    http.stop();
  }
}
