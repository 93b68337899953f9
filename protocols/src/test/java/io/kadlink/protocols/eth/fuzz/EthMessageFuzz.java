package io.kadlink.protocols.eth.fuzz;

import io.kadlink.protocols.eth.rlp.InvalidRlpException;
import io.kadlink.protocols.eth.wire.EthCodec;
import io.kadlink.protocols.eth.wire.EthMessage;
import io.kadlink.protocols.eth.wire.EthVersion;
import java.util.Arrays;
import org.apache.tuweni.bytes.Bytes;

/**
 * Any bytes as any message of any version: refused with the one exception there is for it, or
 * accepted, and then they encode again to the same bytes. The first byte chooses the version, the
 * second the message code.
 */
public final class EthMessageFuzz {
  private EthMessageFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length < 2) {
      return;
    }
    EthVersion[] versions = EthVersion.values();
    EthVersion version = versions[(data[0] & 0xff) % versions.length];
    int code = data[1] & 0x1f;
    Bytes payload = Bytes.wrap(Arrays.copyOfRange(data, 2, data.length));
    EthMessage message;
    try {
      message = EthCodec.decode(version, code, payload);
    } catch (InvalidRlpException refused) {
      return;
    }
    if (!EthCodec.encode(version, message).equals(payload)) {
      throw new AssertionError(message.name() + " does not encode to what it came from");
    }
  }
}
