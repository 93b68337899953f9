package io.kadlink.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnrCommandTest {
  /** The example of EIP-778. */
  private static final String EXAMPLE =
      "enr:-IS4QHCYrYZbAKWCBRlAy5zzaDZXJBGkcnh4MHcBFZntXNFrdvJjX04jRzjzCBOonrkTfj499SZuOh8R33Ls8RRcy5wBgmlkgnY0gmlwhH8AAAGJc2VjcDI1NmsxoQPKY0yuDUmstAHYpMa2_oxVtw0RW_QAdpzBQA8yWM0xOIN1ZHCCdl8";

  /** A consensus client's bootnode: eth2, attnets. */
  private static final String CONSENSUS =
      "enr:-Ku4QHqVeJ8PPICcWk1vSn_XcSkjOkNiTg6Fmii5j6vUQgvzMc9L1goFnLKgXqBJspJjIsB91LTOleFmyWWrFVATGngBh2F0dG5ldHOIAAAAAAAAAACEZXRoMpC1MD8qAAAAAP__________gmlkgnY0gmlwhAMRHkWJc2VjcDI1NmsxoQKLVXFOhp2uX6jeT0DvvDpPcU8FWMjQdR4wMuORMhpX24N1ZHCCIyg";

  @TempDir Path dir;
  private final CommandLineFixture kadlink = new CommandLineFixture();
  private final NodeKey key = NodeKey.generate();
  private String keyFile;

  @BeforeEach
  void saveKey() throws IOException {
    Path file = dir.resolve("key");
    key.save(file);
    keyFile = file.toString();
  }

  private NodeRecord created(String... options) {
    CommandLineFixture create = new CommandLineFixture();
    String[] args = new String[options.length + 4];
    System.arraycopy(new String[] {"enr", "create", "--key-file", keyFile}, 0, args, 0, 4);
    System.arraycopy(options, 0, args, 4, options.length);
    assertThat(create.run(args)).as(create.err()).isZero();
    assertThat(create.out().lines()).hasSize(1);
    return NodeRecord.parse(create.out());
  }

  @Test
  void decodeShowsTheExampleOfEip778() {
    assertThat(kadlink.run("enr", "decode", EXAMPLE, "--json")).isZero();
    assertThat(kadlink.out())
        .contains("a448f24c6d18e575453db13171562b71999873db5b286df957af199ec94617f7")
        .contains("\"seq\" : \"1\"")
        .contains("127.0.0.1:30303");
  }

  @Test
  void aRecordWithAChangedLetterIsRefusedWithTheReason() {
    String broken = EXAMPLE.replace("HCYr", "HCYs");
    assertThat(kadlink.run("enr", "decode", broken)).isEqualTo(1);
    assertThat(kadlink.err()).contains("signature");
    assertThat(kadlink.err().lines()).hasSize(1);
  }

  @Test
  void decodeTellsForkIdsAndConsensusEntriesInWords() {
    NodeRecord record =
        created("--ip", "192.0.2.7", "--set", "eth=0xc7c68407c9462e80", "--set", "snap=0xc0");
    assertThat(kadlink.run("enr", "decode", record.toString())).isZero();
    assertThat(kadlink.out())
        .containsPattern("eth +fork id 0x07c9462e, no next fork \\(mainnet\\)")
        .containsPattern("snap +yes")
        .containsPattern("ip +192\\.0\\.2\\.7");

    CommandLineFixture consensus = new CommandLineFixture();
    assertThat(consensus.run("enr", "decode", CONSENSUS)).isZero();
    assertThat(consensus.out())
        .contains("fork digest 0xb5303f2a, next fork version 0x00000000, no next fork epoch")
        .containsPattern("attnets +no subnets");
  }

  @Test
  void createPutsEveryFieldIntoTheRecord() {
    NodeRecord record =
        created(
            "--ip",
            "192.0.2.7",
            "--tcp",
            "30303",
            "--udp",
            "30304",
            "--ip6",
            "2001:db8::7",
            "--tcp6",
            "30305",
            "--udp6",
            "30306",
            "--set",
            "hello=world",
            "--set",
            "raw=0xc20102",
            "--seq",
            "9");
    assertThat(record.publicKey()).isEqualTo(key.publicKey());
    assertThat(record.seq()).isEqualTo(9);
    assertThat(record.enode().orElseThrow().toString()).endsWith("@192.0.2.7:30303?discport=30304");
    assertThat(record.entries())
        .containsEntry("hello", Bytes.fromHexString("0x85776f726c64"))
        .containsEntry("raw", Bytes.fromHexString("0xc20102"))
        .containsEntry("tcp6", Bytes.fromHexString("0x827661"))
        .containsEntry("udp6", Bytes.fromHexString("0x827662"));
    assertThat(record.bytes("ip6"))
        .contains(Bytes.fromHexString("20010db8000000000000000000000007"));
  }

  @Test
  void updateChangesEntriesAndRaisesTheSequenceNumber() {
    NodeRecord before = created("--ip", "192.0.2.7", "--udp", "30303", "--set", "old=entry");
    assertThat(
            kadlink.run(
                "enr",
                "update",
                before.toString(),
                "--key-file",
                keyFile,
                "--ip",
                "192.0.2.8",
                "--remove",
                "old"))
        .isZero();
    NodeRecord after = NodeRecord.parse(kadlink.out());
    assertThat(after.seq()).isEqualTo(before.seq() + 1);
    assertThat(after.udpEndpoint().orElseThrow().getAddress().getHostAddress())
        .isEqualTo("192.0.2.8");
    assertThat(after.entry("old")).isEmpty();
  }

  @Test
  void updateRefusesAnotherKeyAnOlderNumberAndAMissingEntry() throws IOException {
    String record = created("--udp", "30303", "--seq", "5").toString();
    Path other = dir.resolve("other");
    NodeKey.generate().save(other);
    refused("the record of", "enr", "update", record, "--key-file", other.toString(), "--udp", "1");
    refused("higher", "enr", "update", record, "--key-file", keyFile, "--udp", "1", "--seq", "5");
    refused("no entry \"x\"", "enr", "update", record, "--key-file", keyFile, "--remove", "x");
    assertThat(kadlink.run("enr", "update", record, "--key-file", keyFile)).isEqualTo(2);
  }

  @Test
  void whatFitsNoRecordIsRefusedWithTheReason() {
    refused("no key file", "enr", "create", "--key-file", dir.resolve("none").toString());
    refused("65536", "enr", "create", "--key-file", keyFile, "--udp", "65536");
    refused("family", "enr", "create", "--key-file", keyFile, "--ip", "2001:db8::7");
    refused("node key", "enr", "create", "--key-file", keyFile, "--set", "id=v5");
    refused("0x8201", "enr", "create", "--key-file", keyFile, "--set", "x=0x8201");
    refused("300", "enr", "create", "--key-file", keyFile, "--set", "x=" + "a".repeat(250));
    assertThat(kadlink.run("enr", "create")).isEqualTo(2);
  }

  private static void refused(String reason, String... args) {
    CommandLineFixture kadlink = new CommandLineFixture();
    assertThat(kadlink.run(args)).isEqualTo(1);
    assertThat(kadlink.out()).isEmpty();
    assertThat(kadlink.err()).contains(reason);
    assertThat(kadlink.err().lines()).hasSize(1);
  }
}
