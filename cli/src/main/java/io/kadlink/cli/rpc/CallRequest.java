package io.kadlink.cli.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.chain.TransactionPayload.AccessTuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;

/**
 * A transaction as JSON-RPC describes one that is not signed: all but what it does may be missing.
 */
final class CallRequest {
  private static final int ADDRESS_BYTES = 20;

  private CallRequest() {}

  /**
   * What it would do; nonce, fees and gas limit are zero.
   *
   * @throws RpcError when a field is not what it should be, with its name
   */
  static TransactionPayload read(JsonNode object) throws RpcError {
    Optional<Bytes> to =
        object.hasNonNull("to")
            ? Optional.of(bytes("to", object.get("to"), ADDRESS_BYTES))
            : Optional.empty();
    String data = object.hasNonNull("input") ? "input" : "data";
    return new TransactionPayload.DynamicFee(
        UInt256.ZERO,
        0,
        UInt256.ZERO,
        UInt256.ZERO,
        0,
        to,
        value(object),
        object.hasNonNull(data) ? bytes(data, object.get(data), -1) : Bytes.EMPTY,
        accessList(object));
  }

  private static UInt256 value(JsonNode object) throws RpcError {
    String text = object.path("value").asText("0x0");
    try {
      return UInt256.fromHexString(text);
    } catch (IllegalArgumentException e) {
      throw RpcError.invalidParams("value must be a quantity like 0x1a, not " + text);
    }
  }

  private static List<AccessTuple> accessList(JsonNode object) throws RpcError {
    List<AccessTuple> list = new ArrayList<>();
    for (JsonNode tuple : object.path("accessList")) {
      List<Bytes32> keys = new ArrayList<>();
      for (JsonNode key : tuple.path("storageKeys")) {
        keys.add(Bytes32.wrap(bytes("a storage key", key, Bytes32.SIZE)));
      }
      list.add(
          new AccessTuple(
              bytes("address in accessList", tuple.path("address"), ADDRESS_BYTES), keys));
    }
    return list;
  }

  /**
   * @param size bytes there must be; any number when negative
   */
  private static Bytes bytes(String name, JsonNode node, int size) throws RpcError {
    String text = node.asText();
    try {
      Bytes bytes = text.startsWith("0x") ? Bytes.fromHexString(text) : null;
      if (bytes != null && text.length() % 2 == 0 && (size < 0 || bytes.size() == size)) {
        return bytes;
      }
    } catch (IllegalArgumentException e) {
      // said below
    }
    throw RpcError.invalidParams(
        name
            + " must be 0x and "
            + (size < 0 ? "pairs of" : String.valueOf(2 * size))
            + " hex digits");
  }
}
