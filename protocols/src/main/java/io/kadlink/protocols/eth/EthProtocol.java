package io.kadlink.protocols.eth;

import io.kadlink.protocols.eth.peer.Arrival;
import io.kadlink.protocols.eth.wire.EthVersion;
import io.kadlink.protocols.eth.wire.MessageCode;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.Priority;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import io.kadlink.server.ProtocolContext;
import org.apache.tuweni.bytes.Bytes;

/** One version of eth, as the server sees it; the sessions of all versions are in one place. */
final class EthProtocol implements Protocol {
  private final EthVersion version;
  private final EthSessions sessions;

  EthProtocol(EthVersion version, EthSessions sessions) {
    this.version = version;
    this.sessions = sessions;
  }

  EthVersion ethVersion() {
    return version;
  }

  @Override
  public String name() {
    return "eth";
  }

  @Override
  public int version() {
    return version.number();
  }

  @Override
  public int messageCount() {
    return version.messageCount();
  }

  @Override
  public Priority priority(int code) {
    return MessageCode.priority(code);
  }

  @Override
  public String messageName(int code) {
    return MessageCode.name(code);
  }

  @Override
  public void start(ProtocolContext context) {
    sessions.start(context);
  }

  @Override
  public void connected(Peer peer) {
    sessions.connected(this, peer);
  }

  @Override
  public void message(Peer peer, int code, Bytes payload) throws ProtocolViolation {
    sessions.message(peer, Arrival.of(version, code, payload));
  }

  @Override
  public Decoded decodeLarge(Peer peer, int code, Bytes payload) {
    Arrival arrival = Arrival.decoded(version, code, payload);
    return () -> {
      sessions.message(peer, arrival);
      return DONE;
    };
  }

  @Override
  public void disconnected(Peer peer, DisconnectReason reason) {
    sessions.disconnected(peer);
  }

  @Override
  public void stop() {
    sessions.stop();
  }
}
