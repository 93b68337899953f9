package io.kadlink.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import io.kadlink.server.dial.DialTarget;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeAddressTest {
  private final NodeKey key = NodeKey.generate();
  private final Enode enode =
      Enode.of(key.publicKey(), InetAddress.getLoopbackAddress(), 30303, 30304);

  @Test
  void anEnodeUrlAndARecordNameTheSameNode() {
    NodeRecord record =
        NodeRecord.builder().endpoint(InetAddress.getLoopbackAddress(), 30303, 30304).sign(key);
    assertThat(NodeAddress.parse(enode.toString())).isEqualTo(enode);
    assertThat(NodeAddress.parse(record.toString())).isEqualTo(enode);
  }

  @Test
  void aListIsReadFromAFileWithoutItsComments(@TempDir Path dir) throws IOException {
    Path file = Files.writeString(dir.resolve("nodes"), "# ours\n\n" + enode + "\n");
    assertThat(NodeAddress.parseAll(List.of("@" + file, enode.toString())))
        .containsExactly(enode, enode);
  }

  @Test
  void aTargetMayBeAKeyAlone() {
    String bare = "enode://" + key.publicKey();
    assertThat(NodeAddress.parseTargets(List.of(bare, enode.toString())))
        .containsExactly(DialTarget.of(key.publicKey()), DialTarget.of(enode));
    String noPoint = "enode://" + "ff".repeat(64);
    assertThatThrownBy(() -> NodeAddress.parseTargets(List.of(noPoint)))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("Not a public key");
  }

  @Test
  void whatIsNoNodeIsRefusedWithTheText() {
    assertThatThrownBy(() -> NodeAddress.parse("enode://abc@1.2.3.4:1"))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("enode://abc");
    assertThatThrownBy(() -> NodeAddress.parse("enr:AAAA"))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("node record");
    assertThatThrownBy(() -> NodeAddress.parseAll(List.of("@/no/such/file")))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("/no/such/file");
  }

  @Test
  void aRecordWithoutAnAddressIsRefused() {
    NodeRecord record = NodeRecord.builder().sign(key);
    assertThatThrownBy(() -> NodeAddress.parse(record.toString()))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("no IP address");
  }
}
