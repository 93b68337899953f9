package io.kadlink.protocols.eth.store;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Tables of bytes. Reads may come from any thread, {@link #write} from one at a time. After {@link
 * #close} both throw {@link IllegalStateException}.
 */
public interface Database extends AutoCloseable {

  /** Where it is, for people. */
  String name();

  /**
   * The value under a key; null when there is none.
   *
   * @throws java.io.UncheckedIOException when it is damaged
   */
  byte @Nullable [] get(Table table, byte[] key);

  /**
   * Makes all changes or none; those made last, whatever becomes of the process or the machine.
   *
   * @throws WriteFailedException when the disk does not take them; reads go on, and a later write
   *     may succeed
   */
  void write(Collection<Change> changes);

  @Override
  void close();

  /**
   * One key changes.
   *
   * @param value null: it goes
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Change(Table table, byte[] key, byte @Nullable [] value) {}

  /** The disk has refused a write. */
  final class WriteFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param reason what the disk said
     */
    public WriteFailedException(String reason, @Nullable Throwable cause) {
      super("writing failed: " + reason, cause);
    }
  }
}
