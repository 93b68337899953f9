package io.kadlink.cli.rpc;

import java.util.function.Consumer;

/** Something that a WebSocket client can subscribe to. */
@FunctionalInterface
public interface Feed {

  /**
   * Begins to tell {@code listener} what happens: objects that Jackson writes. It may be called on
   * any thread and does not block.
   *
   * @param params what the client gave after the feed's name
   * @return ends it
   */
  AutoCloseable follow(Params params, Consumer<Object> listener) throws RpcError;
}
