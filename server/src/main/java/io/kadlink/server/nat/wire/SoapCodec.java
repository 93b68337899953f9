package io.kadlink.server.nat.wire;

import com.google.common.primitives.Ints;
import java.util.LinkedHashMap;
import java.util.Map;

/** SOAP as UPnP has it: an action with its arguments, and its answer. */
public final class SoapCodec {
  /** Values of the actions used here; the longest list of any action has nine. */
  static final int MAX_VALUES = 64;

  private SoapCodec() {}

  /**
   * An action's body.
   *
   * @param arguments in the order that the service defines; values without characters that XML
   *     would take for its own
   */
  public static String request(String service, String action, Map<String, String> arguments) {
    StringBuilder body = new StringBuilder();
    body.append("<?xml version=\"1.0\"?>\r\n<s:Envelope")
        .append(" xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"")
        .append(" s:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\"><s:Body><u:")
        .append(action)
        .append(" xmlns:u=\"")
        .append(service)
        .append("\">");
    arguments.forEach(
        (name, value) ->
            body.append('<')
                .append(name)
                .append('>')
                .append(value)
                .append("</")
                .append(name)
                .append('>'));
    return body.append("</u:").append(action).append("></s:Body></s:Envelope>\r\n").toString();
  }

  /** The {@code SOAPAction} header. */
  public static String actionHeader(String service, String action) {
    return '"' + service + '#' + action + '"';
  }

  /**
   * Reads an answer.
   *
   * @throws BadAnswerException when the document is neither the action's answer nor a fault
   */
  public static SoapAnswer decode(String action, byte[] document) {
    Reader reader = new Reader(action + "Response");
    XmlText.walk(document, reader);
    if (!reader.errorCode.isEmpty()) {
      Integer code = Ints.tryParse(reader.errorCode);
      if (code == null || code <= 0) {
        throw new BadAnswerException("an error code that is no number");
      }
      return new SoapAnswer.Refusal(code);
    }
    if (!reader.answered) {
      throw new BadAnswerException("neither an answer to " + action + " nor a fault");
    }
    return new SoapAnswer.Done(reader.values);
  }

  private static final class Reader implements XmlText.Listener {
    private final String response;
    final Map<String, String> values = new LinkedHashMap<>();
    boolean answered;
    String errorCode = "";
    private boolean inside;

    Reader(String response) {
      this.response = response;
    }

    @Override
    public void begin(String name) {
      if (name.equals(response)) {
        inside = true;
        answered = true;
      }
    }

    @Override
    public void end(String name, String text) {
      if (name.equals(response)) {
        inside = false;
      } else if (inside) {
        if (values.size() == MAX_VALUES) {
          throw new BadAnswerException("an answer with over " + MAX_VALUES + " values");
        }
        values.put(name, text);
      } else if (name.equals("errorCode")) {
        errorCode = text;
      }
    }
  }
}
