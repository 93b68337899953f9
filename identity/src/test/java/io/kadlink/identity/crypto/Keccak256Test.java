package io.kadlink.identity.crypto;

import static io.kadlink.identity.crypto.Vectors.hex;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class Keccak256Test {
  static Stream<List<String>> knownAnswers() {
    return Vectors.read("keccak-256-short-message-kat.txt").stream();
  }

  @ParameterizedTest
  @MethodSource("knownAnswers")
  void theHashIsTheKnownAnswer(List<String> vector) {
    byte[] message = vector.get(0).equals("-") ? new byte[0] : hex(vector.get(0));

    assertThat(Keccak256.hash(message)).isEqualTo(hex(vector.get(1)));
  }

  @Test
  void aSliceHashesAsItsCopy() {
    byte[] message = hex("00112233445566778899");

    assertThat(Keccak256.hash(message, 2, 5)).isEqualTo(Keccak256.hash(hex("2233445566")));
    assertThat(Keccak256.hash(message, 10, 0)).isEqualTo(Keccak256.hash(new byte[0]));
  }
}
