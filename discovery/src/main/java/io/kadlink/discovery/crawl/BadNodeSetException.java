package io.kadlink.discovery.crawl;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A text is no node set; the message says what is wrong with it, and where. */
public final class BadNodeSetException extends IOException {
  private static final long serialVersionUID = 1L;

  BadNodeSetException(String message) {
    this(message, null);
  }

  BadNodeSetException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
