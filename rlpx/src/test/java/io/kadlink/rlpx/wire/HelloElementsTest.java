package io.kadlink.rlpx.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.identity.NodeKey;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.rlp.RLP;
import org.apache.tuweni.rlp.RLPWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What follows the known fields of a Hello: read when it has our form, else passed over. */
class HelloElementsTest {
  private static final NodeKey KEY = NodeKey.generate();
  private static final HelloElement ONE = new HelloElement("one", Bytes.of(1, 2, 3));
  private static final HelloElement TWO = new HelloElement("two", Bytes.EMPTY);

  @Test
  void elementsComeBackAsTheyWere() throws Exception {
    Hello hello = hello(ONE, TWO);

    Hello read = (Hello) BaseMessageCodec.decode(Hello.ID, BaseMessageCodec.encode(hello));

    assertThat(read).isEqualTo(hello);
    assertThat(read.element("one")).contains(Bytes.of(1, 2, 3));
    assertThat(read.element("two")).contains(Bytes.EMPTY);
    assertThat(read.element("three")).isEmpty();
  }

  @Test
  void withoutElementsAHelloIsWhatItAlwaysWas() {
    Bytes encoded = BaseMessageCodec.encode(hello());

    assertThat(encoded.slice(encoded.size() - 64)).isEqualTo(KEY.publicKey().bytes());
  }

  @Test
  void theFirstOfTwoElementsOfOneNameCounts() throws Exception {
    Hello hello = hello(ONE, new HelloElement("one", Bytes.of(9)));

    Hello read = (Hello) BaseMessageCodec.decode(Hello.ID, BaseMessageCodec.encode(hello));

    assertThat(read.element("one")).contains(Bytes.of(1, 2, 3));
  }

  @Test
  void whatHasAnotherFormIsPassedOver() throws Exception {
    Hello read =
        decode(
            list -> {
              list.writeInt(7);
              list.writeList(empty -> {});
              list.writeList(pair -> pair.writeString("nothing-more"));
              list.writeList(
                  pair -> {
                    pair.writeString("longer-than-a-name-is");
                    pair.writeInt(1);
                  });
              list.writeList(
                  pair -> {
                    pair.writeString("list");
                    pair.writeList(inner -> inner.writeInt(1));
                  });
              list.writeList(
                  pair -> {
                    pair.writeString("blank name");
                    pair.writeInt(1);
                  });
              list.writeList(
                  pair -> {
                    pair.writeString("one");
                    pair.writeValue(Bytes.of(1, 2, 3));
                    pair.writeString("of a later version");
                  });
            });

    assertThat(read.elements()).containsExactly(ONE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"c3 83 6f 6e", "b9 ff ff", "f8", "c4 83 6f 6e 65 81", "81 05"})
  void whatIsNoRlpEndsTheElementsAndNotTheHello(String hex) throws Exception {
    Bytes fine = BaseMessageCodec.encode(hello(ONE));
    Bytes tail = Bytes.fromHexString(hex.replace(" ", ""));

    // the outer list has two bytes of length, so that its head can be written anew
    Bytes content = Bytes.concatenate(fine.slice(listHead(fine)), tail);
    Bytes longer =
        Bytes.concatenate(Bytes.of(0xf9, content.size() >> 8, content.size() & 0xff), content);

    assertThat(longer.size()).isGreaterThan(260);
    assertThat(((Hello) BaseMessageCodec.decode(Hello.ID, longer)).elements()).containsExactly(ONE);
  }

  @Test
  void anEighthElementIsReadAndANinthIsNot() throws Exception {
    for (int count : new int[] {Hello.MAX_ELEMENTS, Hello.MAX_ELEMENTS + 1}) {
      Hello read =
          decode(
              list ->
                  Collections.nCopies(count, ONE)
                      .forEach(
                          element ->
                              list.writeList(
                                  pair -> {
                                    pair.writeString(element.name());
                                    pair.writeValue(element.value());
                                  })));

      assertThat(read.elements()).hasSize(Hello.MAX_ELEMENTS);
    }
    assertThatThrownBy(
            () ->
                hello(
                    Collections.nCopies(Hello.MAX_ELEMENTS + 1, ONE).toArray(HelloElement[]::new)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aNameHasOneToSixteenPrintableCharacters() {
    new HelloElement("x", Bytes.EMPTY);
    new HelloElement("x".repeat(16), Bytes.EMPTY);
    for (String name : List.of("", "x".repeat(17), "a b", "a\n", "ä")) {
      assertThatThrownBy(() -> new HelloElement(name, Bytes.EMPTY))
          .as(name)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static Hello hello(HelloElement... elements) {
    return new Hello(
        5,
        "x".repeat(200),
        List.of(new Capability("eth", 68)),
        0,
        KEY.publicKey(),
        List.of(elements));
  }

  private static Hello decode(Consumer<RLPWriter> tail) throws ProtocolViolation {
    Bytes payload =
        RLP.encodeList(
            list -> {
              list.writeInt(5);
              list.writeString("x");
              list.writeList(capabilities -> {});
              list.writeInt(0);
              list.writeValue(KEY.publicKey().bytes());
              tail.accept(list);
            });
    return (Hello) BaseMessageCodec.decode(Hello.ID, payload);
  }

  private static int listHead(Bytes list) {
    return 1 + (list.get(0) & 0xff) - 0xf7;
  }
}
