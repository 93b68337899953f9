package io.kadlink.server.nat.wire;

import java.io.ByteArrayInputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Walks through an XML document of a stranger: no document type, so no entities that grow or fetch;
 * a bound on elements and their depth; text only of elements that have nothing else.
 */
final class XmlText {
  /** A gateway nests its services eleven deep. */
  static final int MAX_DEPTH = 32;

  /** A device with every service there is has some 300. */
  static final int MAX_ELEMENTS = 2_000;

  /** The longest value of use is a URL. */
  static final int MAX_TEXT = SsdpCodec.MAX_URL;

  private XmlText() {}

  /** What is told of a document. */
  interface Listener {
    /** An element begins. */
    void begin(String name);

    /**
     * An element ends.
     *
     * @param text of it, trimmed; of an element with others in it, what follows the last
     */
    void end(String name, String text);
  }

  /** Names are told without their namespace. */
  static void walk(byte[] document, Listener listener) {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
    factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, true);
    factory.setXMLResolver(
        (publicId, systemId, base, namespace) -> {
          throw new XMLStreamException("nothing is fetched");
        });
    try {
      XMLStreamReader reader = factory.createXMLStreamReader(new ByteArrayInputStream(document));
      try {
        walk(reader, listener);
      } finally {
        reader.close();
      }
    } catch (XMLStreamException e) {
      throw new BadAnswerException("not XML: " + firstLine(e));
    } catch (BadAnswerException e) {
      throw e;
    } catch (RuntimeException e) {
      // the JDK's parser has been seen to stumble over bytes it should have refused
      throw new BadAnswerException("not XML: " + e.getClass().getSimpleName());
    }
  }

  private static void walk(XMLStreamReader reader, Listener listener) throws XMLStreamException {
    Deque<StringBuilder> open = new ArrayDeque<>();
    int elements = 0;
    while (reader.hasNext()) {
      switch (reader.next()) {
        case XMLStreamConstants.START_ELEMENT -> {
          if (++elements > MAX_ELEMENTS || open.size() == MAX_DEPTH) {
            throw new BadAnswerException("XML with too many elements, or too deep");
          }
          if (!open.isEmpty()) {
            open.peek().setLength(0);
          }
          open.push(new StringBuilder());
          listener.begin(reader.getLocalName());
        }
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
          if (!open.isEmpty()) {
            append(open.peek(), reader.getText());
          }
        }
        case XMLStreamConstants.END_ELEMENT ->
            listener.end(reader.getLocalName(), open.pop().toString().trim());
        case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
            throw new BadAnswerException("XML with a document type");
        default -> {
          // comments, processing instructions, white space
        }
      }
    }
  }

  private static void append(StringBuilder text, String more) {
    if (text.length() + more.length() > MAX_TEXT) {
      String stripped = more.strip();
      if (text.length() + stripped.length() > MAX_TEXT) {
        throw new BadAnswerException("XML with a text of over " + MAX_TEXT + " characters");
      }
      text.append(stripped);
      return;
    }
    text.append(more);
  }

  private static String firstLine(XMLStreamException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }
}
