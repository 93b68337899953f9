package io.kadlink.server.nat;

/** One way to the endpoint, pursued until it is closed. Confined to the loop. */
interface Pursuit {

  void start();

  /** Ends it and takes back what was asked of others; {@code done} is called once, soon. */
  void close(Runnable done);
}
