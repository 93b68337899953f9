package io.kadlink.cli.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import io.kadlink.identity.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;

/** The positional parameters of a call, read with checks whose errors name the position. */
public final class Params {
  private static final Pattern HASH = Pattern.compile("0x[0-9a-fA-F]{64}");
  private static final Pattern NODE_ID = Pattern.compile("(0x)?[0-9a-fA-F]{64}");

  private final JsonNode array;

  Params(JsonNode array) {
    this.array = array;
  }

  public int size() {
    return array.size();
  }

  public String text(int index) throws RpcError {
    JsonNode node = array.path(index);
    if (!node.isTextual()) {
      throw RpcError.invalidParams("parameter " + index + " must be a string");
    }
    return node.textValue();
  }

  public boolean flag(int index) {
    return array.path(index).asBoolean(false);
  }

  /** {@code 0x} and an even number of hex digits. */
  public Bytes bytes(int index) throws RpcError {
    String text = text(index);
    try {
      if (text.startsWith("0x") && text.length() % 2 == 0) {
        return Bytes.fromHexString(text);
      }
    } catch (IllegalArgumentException e) {
      // said below
    }
    throw RpcError.invalidParams("parameter " + index + " must be 0x and pairs of hex digits");
  }

  /** 32 bytes in hex. */
  public Bytes32 hash(int index) throws RpcError {
    Bytes bytes = bytes(index);
    if (bytes.size() != Bytes32.SIZE) {
      throw RpcError.invalidParams("parameter " + index + " must be 32 bytes");
    }
    return Bytes32.wrap(bytes);
  }

  /** A JSON object. */
  JsonNode object(int index) throws RpcError {
    JsonNode object = array.path(index);
    if (!object.isObject()) {
      throw RpcError.invalidParams("parameter " + index + " must be an object");
    }
    return object;
  }

  /** 32 bytes in hex, in a field of an object. */
  public Bytes32 hash(int index, String field) throws RpcError {
    String text = array.path(index).path(field).asText();
    if (!HASH.matcher(text).matches()) {
      throw RpcError.invalidParams(
          "parameter " + index + " must be an object whose " + field + " is 32 bytes in hex");
    }
    return Bytes32.fromHexString(text);
  }

  /** An array of strings. */
  public List<String> texts(int index) throws RpcError {
    JsonNode list = array.path(index);
    List<String> texts = new ArrayList<>();
    for (JsonNode node : list) {
      texts.add(node.asText());
    }
    if (!list.isArray() || texts.contains("")) {
      throw RpcError.invalidParams("parameter " + index + " must be an array of strings");
    }
    return texts;
  }

  /** 20 bytes in hex. */
  public Bytes address(int index) throws RpcError {
    Bytes bytes = bytes(index);
    if (bytes.size() != 20) {
      throw RpcError.invalidParams("parameter " + index + " must be a 20-byte address");
    }
    return bytes;
  }

  /** A node id: 64 hex digits, with or without {@code 0x}. */
  public NodeId nodeId(int index) throws RpcError {
    String text = text(index);
    if (!NODE_ID.matcher(text).matches()) {
      throw RpcError.invalidParams("parameter " + index + " must be a node id of 64 hex digits");
    }
    return new NodeId(Bytes32.fromHexString(text));
  }

  /** A node id, or empty for {@code null} or nothing. */
  public Optional<NodeId> optionalNodeId(int index) throws RpcError {
    return array.path(index).isMissingNode() || array.path(index).isNull()
        ? Optional.empty()
        : Optional.of(nodeId(index));
  }

  /** A JSON number from {@code least} to {@code most}; {@code otherwise} when there is none. */
  public int number(int index, int least, int most, int otherwise) throws RpcError {
    JsonNode node = array.path(index);
    if (node.isMissingNode() || node.isNull()) {
      return otherwise;
    }
    if (!node.canConvertToExactIntegral()
        || !node.canConvertToInt()
        || node.intValue() < least
        || node.intValue() > most) {
      throw RpcError.invalidParams(
          "parameter " + index + " must be a number from " + least + " to " + most);
    }
    return node.intValue();
  }

  /** From {@code least} to {@code most}, as a JSON number or a hex quantity. */
  public int count(int index, int least, int most) throws RpcError {
    if (!array.path(index).isTextual()) {
      return number(index, least, most, least);
    }
    UInt256 number = quantity(index);
    if (number.bitLength() > 31 || number.intValue() < least || number.intValue() > most) {
      throw RpcError.invalidParams(
          "parameter " + index + " must be a number from " + least + " to " + most);
    }
    return number.intValue();
  }

  /** Percentiles in rising order, from 0 to 100; none when there is no such parameter. */
  public List<Double> percentiles(int index, int most) throws RpcError {
    List<Double> percentiles = new ArrayList<>();
    double last = 0;
    for (JsonNode node : array.path(index)) {
      double each = node.asDouble(-1);
      if (!node.isNumber() || each < last || each > 100 || percentiles.size() == most) {
        throw RpcError.invalidParams(
            "parameter " + index + " must be at most " + most + " rising numbers from 0 to 100");
      }
      percentiles.add(each);
      last = each;
    }
    return percentiles;
  }

  /** Whether the parameter is exactly this text. */
  public boolean is(int index, String text) {
    return text.equals(array.path(index).asText());
  }

  /** A hex quantity such as {@code 0x1a}. */
  public UInt256 quantity(int index) throws RpcError {
    String text = text(index);
    try {
      if (text.startsWith("0x") && text.length() > 2) {
        return UInt256.fromHexString(text);
      }
    } catch (IllegalArgumentException e) {
      // said below
    }
    throw RpcError.invalidParams("parameter " + index + " must be a quantity like 0x1a");
  }

  /** A block number, or empty for {@code latest}, {@code pending}, {@code safe} and so on. */
  public Optional<Long> blockNumber(int index) throws RpcError {
    if (index >= size()) {
      return Optional.empty();
    }
    String text = text(index);
    return switch (text) {
      case "latest", "pending", "safe", "finalized" -> Optional.empty();
      case "earliest" -> Optional.of(0L);
      default -> {
        UInt256 number = quantity(index);
        if (number.bitLength() > 63) {
          throw RpcError.invalidParams("parameter " + index + " is no block number: " + text);
        }
        yield Optional.of(number.toLong());
      }
    };
  }
}
