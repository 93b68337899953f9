package io.kadlink.server;

import org.apache.tuweni.bytes.Bytes;

/**
 * An ordered stream of bytes in both directions that a protocol provides in place of a TCP
 * connection. Both sides hold back: the writer stops when {@link #write} says so, the reader gives
 * {@link #consumed} credit. Methods may be called from any thread.
 */
public interface ByteStream {

  /** Called once; delivery begins. */
  void start(Sink sink);

  /**
   * Takes {@code data} whole.
   *
   * @return false when the writer should wait for {@link Sink#writable()} before the next call
   */
  boolean write(Bytes data);

  /** {@code bytes} of what the sink received have been worked off. */
  void consumed(int bytes);

  /** Ends the stream in both directions; {@code reason} is for logs. Idempotent. */
  void close(String reason);

  /** Receives the other end's bytes; calls come one at a time. */
  interface Sink {
    void data(Bytes data);

    /** After a {@code write} that returned false: there is room again. */
    void writable();

    /** The stream is over; nothing follows. */
    void closed(String reason);
  }
}
