package io.kadlink.protocols.relay;

import io.kadlink.protocols.relay.wire.CloseCode;
import io.kadlink.protocols.relay.wire.RelayMessage.Status;
import io.kadlink.rlpx.wire.DisconnectReason;
import org.apache.tuweni.bytes.Bytes;

/** What happens to a {@link Leg}. All calls on the loop. */
interface LegEvents {

  /** The remote answered our HOP or STOP; unless the status is OK the leg is gone. */
  void answered(Leg leg, Status status);

  /** The remote sent bytes; they hold its credit until {@link Leg#consumed}. */
  void data(Leg leg, Bytes bytes);

  /** So many of the bytes given to {@link Leg#send} are on their way. */
  void sent(Leg leg, int bytes);

  /** The remote ended the circuit: the leg is gone. */
  void ended(Leg leg, CloseCode code, String reason);

  /** The session is over, and the leg gone with it. */
  void lost(Leg leg, DisconnectReason reason);

  /** After {@link Leg#finish}: all is sent, or given up; the leg is gone. */
  void drained(Leg leg);
}
