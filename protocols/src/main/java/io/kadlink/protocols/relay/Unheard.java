package io.kadlink.protocols.relay;

import io.kadlink.protocols.relay.wire.CloseCode;
import io.kadlink.protocols.relay.wire.RelayMessage.Status;
import io.kadlink.rlpx.wire.DisconnectReason;
import org.apache.tuweni.bytes.Bytes;

/** For a leg that is refused as soon as it is asked for: nothing can happen to it. */
enum Unheard implements LegEvents {
  INSTANCE;

  @Override
  public void answered(Leg leg, Status status) {}

  @Override
  public void data(Leg leg, Bytes bytes) {}

  @Override
  public void sent(Leg leg, int bytes) {}

  @Override
  public void ended(Leg leg, CloseCode code, String reason) {}

  @Override
  public void lost(Leg leg, DisconnectReason reason) {}

  @Override
  public void drained(Leg leg) {}
}
