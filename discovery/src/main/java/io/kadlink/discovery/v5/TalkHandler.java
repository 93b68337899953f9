package io.kadlink.discovery.v5;

import io.kadlink.discovery.table.Contact;
import java.util.function.Consumer;
import org.apache.tuweni.bytes.Bytes;

/** Answers the talk requests of one application protocol. */
@FunctionalInterface
public interface TalkHandler {

  /**
   * A request came in. Called on the discovery event loop: what takes long or blocks belongs
   * elsewhere. Whoever asks waits about half a second.
   *
   * @param from the node that asks and the endpoint it asks from; who it is has been proven
   * @param request at most {@link DiscoveryV5#MAX_TALK_BYTES}
   * @param response to be called once, on any thread, with at most {@link
   *     DiscoveryV5#MAX_TALK_BYTES} bytes; more, or a second call, is ignored
   */
  void answer(Contact from, Bytes request, Consumer<Bytes> response);
}
